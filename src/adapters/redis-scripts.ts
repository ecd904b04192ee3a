/**
 * What runs inside Redis, in one step: all that a gate asks of keys of one slot in one turn.
 *
 * A count is one hash: `s` and `b` are the starts of its window and of the one before, `C` and `P` the sums of both, and
 * `c<gate>` and `p<gate>` what each gate has taken of them. That each gate has a field of its own lets it say again what it
 * took after Redis lost it, and as often as it likes. Places are a sorted set of leases by the time they end.
 *
 * KEYS: what each question is about. ARGV: gate, milliseconds of a lease, the questions as a list in JSON. One is
 *
 * `count`, start of the window, start of the one before, milliseconds to keep it, how much of the window before still counts
 * (0 to 1; -1: the window does not slide), and
 * - `take`, points, limit: all or none;
 * - `correct`, points, start of the window that they were taken in;
 * - `tell`, what this gate took in its window, and in the one before: sets both.
 *
 * Its answer: whether points were taken, start, sum, sum before, this gate's part of both, milliseconds since 1970. The window
 * is later than the one asked for if another gate has begun it: then the one before counts in full.
 *
 * Or it is one of these, whose answer is 1 or 0:
 * - `hold`, limit, lease: whether there was room;
 * - `renew`, lease, ...: also those that Redis has lost;
 * - `release`, lease.
 */
export const ASK = `
local gate, length, questions, now = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[3]), redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local mine, mineBefore, max = 'c' .. gate, 'p' .. gate, math.max

local function count(key, start, before, keep, weight, mode, x, y)
  local slides = weight >= 0
  local f = redis.call('HMGET', key, 's', 'b', 'C', 'P', mine, mineBefore)
  local s, b = tonumber(f[1]), tonumber(f[2])
  local C, P, c, p = tonumber(f[3]) or 0, tonumber(f[4]) or 0, tonumber(f[5]) or 0, tonumber(f[6]) or 0
  local begun, taken = false, 0
  if s and s > start then
    weight = 1
  elseif s ~= start then
    if s then
      local parts = slides and s == before and redis.call('HGETALL', key) or {}
      redis.call('DEL', key)
      for i = 1, #parts, 2 do
        if string.sub(parts[i], 1, 1) == 'c' then redis.call('HSET', key, 'p' .. string.sub(parts[i], 2), parts[i + 1]) end
      end
      if #parts > 0 then C, P, c, p = 0, C, 0, c else C, P, c, p = 0, 0, 0, 0 end
    end
    s, b, begun = start, before, true
  end
  -- What this gate has taken of both from now on.
  local to, toBefore = c, p
  if mode == 'take' then
    if C + (slides and P * weight or 0) + x <= y then to, taken = c + x, 1 end
  elseif mode == 'correct' then
    if y == s then to = max(0, c + x) elseif y == b and slides then toBefore = max(0, p + x) end
  elseif start == s then
    to = x
    if slides then toBefore = y end
  elseif start == b and slides then
    toBefore = x
  end
  C, P = max(0, C + to - c), max(0, P + toBefore - p)
  if begun then
    redis.call('HSET', key, 's', s, 'b', b, 'C', C, 'P', P, mine, to, mineBefore, toBefore)
    redis.call('PEXPIRE', key, keep)
  else
    if to ~= c then redis.call('HSET', key, 'C', C, mine, to) end
    if toBefore ~= p then redis.call('HSET', key, 'P', P, mineBefore, toBefore) end
  end
  return {taken, s, C, P, to, toBefore, now}
end

local function lease(key, leases, first)
  for i = first, #leases do redis.call('ZADD', key, now + length, leases[i]) end
  redis.call('PEXPIRE', key, length)
  return 1
end

local function hold(key, question)
  local limit = question[2]
  if redis.call('ZCARD', key) >= limit then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    if redis.call('ZCARD', key) >= limit then return 0 end
  end
  return lease(key, question, 3)
end

local answers = {}
for i, question in ipairs(questions) do
  local key, what = KEYS[i], question[1]
  if what == 'count' then answers[i] = count(key, unpack(question, 2))
  elseif what == 'hold' then answers[i] = hold(key, question)
  elseif what == 'renew' then answers[i] = lease(key, question, 2)
  else answers[i] = redis.call('ZREM', key, question[2]) end
end
return cjson.encode(answers)
`
