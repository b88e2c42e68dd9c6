// Stands where JupyterLab would load a formula typesetter from another site: there are no formulas.
"use strict";

window.MathJax = {
  Hub: { Config() {}, Configured() {}, Queue() {}, Register: { StartupHook() {} }, config: {} },
  Ajax: {},
};
