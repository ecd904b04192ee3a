const U32 = 0xffffffffn
const MASK = 0xffffffffffffffffn
const RATE = 136

/** The round constants and rotations of Keccak-f[1600], from their definitions (FIPS 202, 3.2). */
const ROUNDS: number[] = []
const TURNS: number[] = []
const LANES: number[] = []
{
  let register = 1
  for (let round = 0; round < 24; round++) {
    let constant = 0n
    for (let j = 0; j < 7; j++) {
      if (register & 1) constant |= 1n << BigInt((1 << j) - 1)
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    }
    ROUNDS.push(Number((constant & MASK) >> 32n), Number(constant & U32))
  }
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    LANES.push(x + 5 * y)
    TURNS.push((((t + 1) * (t + 2)) / 2) % 64)
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
}

/** Of 25 lanes of 64 bits: high words, low words. */
function permute(high: Int32Array, low: Int32Array): void {
  const columns = new Int32Array(10)
  const moved = new Int32Array(50)
  for (let round = 0; round < 24; round++) {
    for (let x = 0; x < 5; x++) {
      columns[x] = high[x]! ^ high[x + 5]! ^ high[x + 10]! ^ high[x + 15]! ^ high[x + 20]!
      columns[x + 5] = low[x]! ^ low[x + 5]! ^ low[x + 10]! ^ low[x + 15]! ^ low[x + 20]!
    }
    for (let x = 0; x < 5; x++) {
      const [nextHigh, nextLow] = [columns[(x + 1) % 5]!, columns[((x + 1) % 5) + 5]!]
      const intoHigh = columns[(x + 4) % 5]! ^ ((nextHigh << 1) | (nextLow >>> 31))
      const intoLow = columns[((x + 4) % 5) + 5]! ^ ((nextLow << 1) | (nextHigh >>> 31))
      for (let lane = x; lane < 25; lane += 5) {
        high[lane]! ^= intoHigh
        low[lane]! ^= intoLow
      }
    }
    moved[0] = high[0]!
    moved[25] = low[0]!
    for (let t = 0; t < 24; t++) {
      const from = LANES[t]!
      const [x, y] = [from % 5, Math.floor(from / 5)]
      const to = y + 5 * ((2 * x + 3 * y) % 5)
      const turn = TURNS[t]! % 32
      let [h, l] = [high[from]!, low[from]!]
      if (TURNS[t]! >= 32) [h, l] = [l, h]
      moved[to] = turn === 0 ? h : (h << turn) | (l >>> (32 - turn))
      moved[to + 25] = turn === 0 ? l : (l << turn) | (h >>> (32 - turn))
    }
    for (let lane = 0; lane < 25; lane++) {
      const row = lane - (lane % 5)
      const [one, two] = [row + ((lane + 1) % 5), row + ((lane + 2) % 5)]
      high[lane] = moved[lane]! ^ (~moved[one]! & moved[two]!)
      low[lane] = moved[lane + 25]! ^ (~moved[one + 25]! & moved[two + 25]!)
    }
    high[0]! ^= ROUNDS[round * 2]!
    low[0]! ^= ROUNDS[round * 2 + 1]!
  }
}

/** Keccak-256 as it was before SHA-3 changed its padding; Node's own hashes have only the latter. For up to 135 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(RATE)
  block.set(bytes)
  block[bytes.length]! ^= 1
  block[RATE - 1]! ^= 0x80
  const words = new DataView(block.buffer)
  const high = new Int32Array(25)
  const low = new Int32Array(25)
  for (let lane = 0; lane < RATE / 8; lane++) {
    low[lane] = words.getInt32(lane * 8, true)
    high[lane] = words.getInt32(lane * 8 + 4, true)
  }
  permute(high, low)
  const out = new Uint8Array(32)
  const view = new DataView(out.buffer)
  for (let lane = 0; lane < 4; lane++) {
    view.setInt32(lane * 8, low[lane]!, true)
    view.setInt32(lane * 8 + 4, high[lane]!, true)
  }
  return out
}
