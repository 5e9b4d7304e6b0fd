// What anywidget's model does for a front end, held in the page alone.

export class PlainModel {
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

  save_changes() {}
}
