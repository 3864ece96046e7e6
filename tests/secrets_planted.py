"""Secrets that nobody ever held, one or more of each kind, put together here so that no scanner finds one in this file."""

from __future__ import annotations

LETTERS = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzA"
HEX = "0123456789abcdef0123456789abcdef01234567"


def secrets():
    """Kind (as in generator.guard.secrets.PATTERNS) and an example."""
    upper = LETTERS.upper()
    return [
        ("home", "/ho" + "me/maria/project/x.py"),
        ("home", "/Use" + "rs/maria/code"),
        ("home", "C:\\Us" + "ers\\maria"),
        ("mail", "maria.doe" + "@corp-mail.example"),
        ("network", "10." + "20.30.40"),
        ("network", "192." + "168.1.17"),
        ("token", "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.x"),
        ("id", "msg_" + "01NEzsDz59SqGoCDbwCs7P6U"),
        ("uuid", "9d7a9d52-" + "7eb4-427d-847d-ee5451884f3d"),
        ("login", "postgres://" + "app:hunter2@db/main"),
        ("bearer", "Authorization: Bea" + "rer " + LETTERS),
        ("assigned", "DB_PASS" + "WORD=correct-horse"),
        ("assigned", "aws_sec" + 'ret_access_key = "' + LETTERS + '"'),
        ("anthropic", "sk-" + "ant-api03-" + LETTERS),
        ("openai", "sk-" + "proj-" + LETTERS),
        ("aws", "AK" + "IA" + upper[:16]),
        ("github", "gh" + "p_" + LETTERS),
        ("github", "github_" + "pat_" + LETTERS),
        ("gitlab", "gl" + "pat-" + LETTERS[:20]),
        ("slack", "xo" + "xb-" + "123456789012-" + LETTERS),
        ("slack-hook", "hooks.sla" + "ck.com/services/T00000000/B00000000/" + LETTERS),
        ("google", "AI" + "za" + LETTERS + "x"),
        ("google-oauth", "GOC" + "SPX-" + LETTERS),
        ("stripe", "sk_" + "live_" + LETTERS),
        ("pem", "-----BEGIN RSA PRI" + "VATE KEY-----"),
        ("npm", "np" + "m_" + LETTERS + "abc"),
        ("python-index", "py" + "pi-" + "AgEIcHlwaS5vcmc" + LETTERS),
        ("sendgrid", "S" + "G." + LETTERS[:22] + "." + (LETTERS * 2)[:43]),
        ("twilio", "S" + "K" + HEX[:32]),
        ("azure", "Account" + "Key=" + (LETTERS * 3)[:86] + "=="),
        ("discord", "M" + (LETTERS * 2)[:23] + "." + LETTERS[:6] + "." + LETTERS[:27]),
        ("telegram", "123456789:" + "AA" + LETTERS[:33]),
        ("hugging-face", "h" + "f_" + LETTERS),
        ("digitalocean", "do" + "p_v1_" + HEX),
        ("shopify", "sh" + "pat_" + HEX[:32]),
        ("databricks", "da" + "pi" + HEX[:32]),
        ("docker", "dckr" + "_pat_" + LETTERS),
        ("mailgun", "ke" + "y-" + HEX[:32]),
        ("vault", "hv" + "s." + LETTERS),
        ("age", "AGE-SECRET-" + "KEY-1" + (upper * 2)[:58]),
        ("linear", "lin_" + "api_" + LETTERS),
    ]
