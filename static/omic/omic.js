// Everything works without this file. It starts the design system's components and adds two conveniences.
import { initAll as startGovuk } from "../govuk-frontend.min.js";
import { initAll as startMoj } from "../moj-frontend.min.js";

startGovuk();
startMoj();

// On a narrow screen the filter starts closed, unless it is in use: the list comes first.
const narrow = window.matchMedia("(max-width: 40.0525em)").matches;
for (const filter of document.querySelectorAll("[data-omic-filter='']")) filter.open = !narrow;

// A page asked for on paper opens the print dialogue by itself.
if (new URLSearchParams(window.location.search).get("print") === "1") window.print();
