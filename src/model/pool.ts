/**
 * Things made for a model that nobody uses at the moment: memory in an arena is never freed, so they are used again. Who
 * takes one gives it back in a `finally`, also in a generator that may be left.
 */
export class Pool<Model extends object, T> {
  readonly #idle = new WeakMap<Model, T[]>();

  /**
   * @param make is called where none is idle
   * @param fits which of the idle ones will do; all of them by default
   */
  take(model: Model, make: () => T, fits: (one: T) => boolean = () => true): T {
    const idle = this.#idle.get(model) ?? [];
    this.#idle.set(model, idle);
    const at = idle.findIndex(fits);
    return at < 0 ? make() : idle.splice(at, 1)[0]!;
  }

  giveBack(model: Model, one: T): void {
    this.#idle.get(model)?.push(one);
  }
}
