"""Under which licence texts and data of the site are."""

LICENCE = "CC BY 4.0 for text and data, MIT for code"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_ID = "CC-BY-4.0"  # https://spdx.org/licenses/
