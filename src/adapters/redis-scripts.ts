/**
 * What runs inside Redis, each in one step. A count is one hash, so that a cluster has all of it in one slot: `s` and `b`
 * are the starts of its window and of the one before, `C` and `P` the sums of both, and `c<gate>` and `p<gate>` what each
 * gate has taken of them. That each gate has a field of its own lets it say again what it took after Redis lost it, and
 * as often as it likes.
 */

/**
 * KEYS: the count. ARGV: gate, start, start of the window before, milliseconds to keep it, whether it slides (`1`),
 * how much of the window before still counts (0 to 1), then one of
 * - `take`, points, limit: all or none;
 * - `correct`, points, start of the window that they were taken in;
 * - `tell`, what this gate took in its window, and in the one before: sets both.
 *
 * Gives: whether points were taken, start, sum, sum before, this gate's part of both, milliseconds since 1970. The window
 * is later than the one asked for if another gate has begun it: then the one before counts in full.
 */
export const COUNT = `
local key, gate, now = KEYS[1], ARGV[1], redis.call('TIME')
local start, before, slides, weight = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[5] == '1', tonumber(ARGV[6])
local mode, x, y = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local mine, mineBefore = 'c' .. gate, 'p' .. gate
local f = redis.call('HMGET', key, 's', 'b', 'C', 'P', mine, mineBefore)
local s, b = tonumber(f[1]), tonumber(f[2])
local C, P, c, p = tonumber(f[3]) or 0, tonumber(f[4]) or 0, tonumber(f[5]) or 0, tonumber(f[6]) or 0
local changed, taken = false, 0
if s and s > start then
  weight = slides and 1 or 0
elseif s ~= start then
  if s then
    local parts = slides and s == before and redis.call('HGETALL', key) or {}
    redis.call('DEL', key)
    for i = 1, #parts, 2 do
      if string.sub(parts[i], 1, 1) == 'c' then redis.call('HSET', key, 'p' .. string.sub(parts[i], 2), parts[i + 1]) end
    end
    if #parts > 0 then C, P, c, p = 0, C, 0, c else C, P, c, p = 0, 0, 0, 0 end
  end
  s, b, changed = start, before, true
end
local function current(to) C, c, changed = math.max(0, C + to - c), to, true end
local function previous(to) P, p, changed = math.max(0, P + to - p), to, true end
if mode == 'take' then
  if C + P * weight + x <= y then
    current(c + x)
    taken = 1
  end
elseif mode == 'correct' then
  if y == s then current(math.max(0, c + x)) elseif y == b and slides then previous(math.max(0, p + x)) end
else
  if start == s then
    current(x)
    if slides then previous(y) end
  elseif start == b and slides then
    previous(x)
  end
end
if changed then
  redis.call('HSET', key, 's', s, 'b', b, 'C', C, 'P', P, mine, c, mineBefore, p)
  if s == start then redis.call('PEXPIRE', key, ARGV[4]) end
end
return {taken, s, tostring(C), tostring(P), tostring(c), tostring(p), now[1] * 1000 + math.floor(now[2] / 1000)}
`

/**
 * KEYS: places, as a sorted set of leases by the time they end. ARGV: milliseconds of a lease, then one of
 * - `take`, limit, lease: gives whether there was room;
 * - `renew`, lease, ...: also those that Redis has lost;
 * - `release`, lease.
 */
export const PLACES = `
local key, length, now = KEYS[1], tonumber(ARGV[1]), redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
if ARGV[2] == 'release' then return redis.call('ZREM', key, ARGV[3]) end
local first = 3
if ARGV[2] == 'take' then
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[3]) then return 0 end
  first = 4
end
for i = first, #ARGV do redis.call('ZADD', key, now + length, ARGV[i]) end
redis.call('PEXPIRE', key, length)
return 1
`
