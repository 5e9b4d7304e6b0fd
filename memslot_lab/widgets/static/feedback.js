// A page of feedback: steppers in the places that are left for them, two runs in each.
import { PlainModel } from "./model.js";
import { unpack } from "./pack.js";
import { renderStepper } from "./stepper.js";

/** Let the steppers follow the theme of the browser. */
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.body.setAttribute("data-jp-theme-light", String(!dark.matches));
  dark.addEventListener("change", paint);
  paint();
}

function startFeedback(runs) {
  followTheme();
  for (const [place, { tape, other, ...rest }] of Object.entries(runs)) {
    const el = document.getElementById(place);
    el.replaceChildren();
    renderStepper(new PlainModel({ ...rest, tape: unpack(tape), other: unpack(other) }), el);
  }
}

startFeedback(globalThis.memslotLab);
