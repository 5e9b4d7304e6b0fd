// The stepper as a page of its own: a model that nobody else listens to, and an address that follows the step.
import { PlainModel } from "./model.js";
import { unpack } from "./pack.js";
import { renderStepper } from "./stepper.js";

class PageModel extends PlainModel {
  save_changes() {
    const address = `#step=${this.values.step}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }
}

/** The step that the address asks for; as text, if it is no number. */
function stepOfAddress() {
  const asked = new URLSearchParams(location.hash.slice(1)).get("step");
  if (asked === null) return 0;
  return /^\d+$/.test(asked) ? Number(asked) : asked;
}

function startPage(values, el) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.body.setAttribute("data-jp-theme-light", String(!dark.matches));
  dark.addEventListener("change", paint);
  paint();
  const model = new PageModel({ ...values, tape: unpack(values.tape), other: unpack(values.other), step: stepOfAddress() });
  addEventListener("hashchange", () => model.set("step", stepOfAddress()));
  renderStepper(model, el);
  el.querySelector(".lm")?.focus({ preventScroll: true });
}

startPage(globalThis.memslotLab, document.getElementById("stepper"));
