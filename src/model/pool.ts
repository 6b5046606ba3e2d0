/**
 * Idle objects of a model, kept for reuse because memory in an arena is never freed. Callers must return what
 * they take in a `finally` block, also in generators, which may be abandoned.
 */
export class Pool<Model extends object, T> {
  readonly #idle = new WeakMap<Model, T[]>();

  /**
   * @param make is called if no idle object fits
   * @param fits selects the idle objects that will do, all of them by default
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
