// Before anything is drawn, so that nobody who reads at night is blinded for a moment.
"use strict";
{
  const kept = localStorage.getItem("dpu-theme");
  if (kept === "dark" || kept === "light") {
    document.documentElement.dataset.theme = kept;
  }
}
