// The stepper as a page of its own: a model that nobody else listens to, and an address that follows the step.
import { unpack } from "./pack.js";
import { renderStepper } from "./stepper.js";

/** What anywidget's model does for a front end, without a kernel. */
class PageModel {
  constructor(values) {
    this.values = { step: 0, speed: 1, predict: false, answers: [], score: {}, playing: false, ...values };
    this.listeners = new Map();
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    if (Object.is(this.values[name], value)) return;
    this.values[name] = value;
    for (const act of [...(this.listeners.get(`change:${name}`) ?? [])]) act();
  }

  on(event, act) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(act);
  }

  off(event, act) {
    this.listeners.get(event)?.delete(act);
  }

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
