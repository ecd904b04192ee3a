export type MaybePromise<T> = T | Promise<T>

/** Goes on at once where nothing has to be waited for: most guards answer synchronously, and a turn of the event loop for each delta would cost more than they do. */
export function after<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

export function afterAll<T, R>(
  values: MaybePromise<T>[],
  next: (values: T[]) => MaybePromise<R>,
): MaybePromise<R> {
  return values.some((value) => value instanceof Promise)
    ? Promise.all(values).then(next)
    : next(values as T[])
}
