// Before anything is drawn: tells the stylesheets that scripts run, so that nothing jumps when they start.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
