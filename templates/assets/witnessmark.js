// Small repairs and comforts. Every page reads the same without this file.
"use strict";
