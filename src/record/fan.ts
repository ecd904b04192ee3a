import type { Recorder } from '../core/record.ts'

/** Gives every record to all of them. One that throws costs the others, and the exchange, nothing but a call of `lost`. */
export function fan(recorders: readonly Recorder[], lost: () => void): Recorder {
  return {
    record(entry) {
      for (const recorder of recorders) {
        try {
          recorder.record(entry)
        } catch {
          lost()
        }
      }
    },
  }
}
