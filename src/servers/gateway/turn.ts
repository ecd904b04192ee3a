let ending: Promise<void> | undefined

/**
 * Waits for the end of this turn of the event loop, for whatever calls have to send then. Sent one after the other, with
 * nothing else between, it wakes whoever reads it once; sent as it is made, it would wake them anew each time, which costs
 * this process more than half of what sending does. A gate that has little to do ends its turn at once.
 */
export function endOfTurn(): Promise<void> {
  ending ??= new Promise((resolve) => {
    setImmediate(() => {
      ending = undefined
      resolve()
    })
  })
  return ending
}
