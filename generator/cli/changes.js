// Only in the preview: waits for the next change, loads the page again, or shows what is wrong with the change.
(() => {
  const own = new URL(document.currentScript.src);
  let seen = Number(own.searchParams.get("seen"));
  const show = (lines) => {
    document.getElementById("wm-changes")?.remove();
    if (!lines.length) return;
    const box = document.createElement("pre");
    box.id = "wm-changes";
    box.setAttribute("role", "alert");
    box.textContent = lines.join("\n");
    Object.assign(box.style, {
      position: "fixed", inset: "auto 0 0 0", zIndex: 1000, margin: 0, padding: "1rem", maxHeight: "50vh",
      overflow: "auto", whiteSpace: "pre-wrap", color: "#fff", background: "#8a1c1c", font: "14px monospace",
    });
    document.body.append(box);
  };
  const wait = async () => {
    try {
      const answer = await fetch(`/-/changes?seen=${seen}`);
      const { version, told } = await answer.json();
      if (version !== seen && !told.length) return location.reload();
      seen = version;
      show(told);
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
    }
    wait();
  };
  wait();
})();
