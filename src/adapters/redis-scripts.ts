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

-- Each count that is asked for is read once and written once.
local counts = {}
local function read(key)
  local f = redis.call('HMGET', key, 's', 'b', 'C', 'P', mine, mineBefore)
  return {
    s = tonumber(f[1]), b = tonumber(f[2]),
    C = tonumber(f[3]) or 0, P = tonumber(f[4]) or 0, c = tonumber(f[5]) or 0, p = tonumber(f[6]) or 0
  }
end
local function write(key, on)
  redis.call('HSET', key, 's', on.s, 'b', on.b, 'C', on.C, 'P', on.P, mine, on.c, mineBefore, on.p)
  if on.keep then redis.call('PEXPIRE', key, on.keep) end
  on.changed, on.keep = false, nil
end

local function begin(key, on, start, before, keep, slides)
  if on.changed then write(key, on) end
  if on.s then
    local parts = slides and on.s == before and redis.call('HGETALL', key) or {}
    redis.call('DEL', key)
    for i = 1, #parts, 2 do
      if string.sub(parts[i], 1, 1) == 'c' then redis.call('HSET', key, 'p' .. string.sub(parts[i], 2), parts[i + 1]) end
    end
    if #parts > 0 then on.P, on.p = on.C, on.c else on.P, on.p = 0, 0 end
    on.C, on.c = 0, 0
  end
  on.s, on.b, on.keep, on.changed = start, before, keep, true
end

local function count(key, start, before, keep, weight, mode, x, y)
  local slides, taken, on = weight >= 0, 0, counts[key]
  if not on then
    on = read(key)
    counts[key] = on
  end
  if on.s and on.s > start then weight = 1 elseif on.s ~= start then begin(key, on, start, before, keep, slides) end
  local s, c, p = on.s, on.c, on.p
  -- What this gate has taken of both from now on.
  local to, toBefore = c, p
  if mode == 'take' then
    if on.C + (slides and on.P * weight or 0) + x <= y then to, taken = c + x, 1 end
  elseif mode == 'correct' then
    if y == s then to = max(0, c + x) elseif y == on.b and slides then toBefore = max(0, p + x) end
  elseif start == s then
    to = x
    if slides then toBefore = y end
  elseif start == on.b and slides then
    toBefore = x
  end
  if to ~= c or toBefore ~= p then
    on.C, on.P, on.c, on.p, on.changed = max(0, on.C + to - c), max(0, on.P + toBefore - p), to, toBefore, true
  end
  return {taken, s, on.C, on.P, to, toBefore, now}
end

-- How many leases there are, and which keys have new ones.
local sizes, leased = {}, {}
local function lease(key, leases, first)
  for i = first, #leases do redis.call('ZADD', key, now + length, leases[i]) end
  leased[key] = true
  return 1
end

local function hold(key, question)
  local limit, size = question[2], sizes[key] or redis.call('ZCARD', key)
  if size >= limit then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    size = redis.call('ZCARD', key)
  end
  sizes[key] = size
  if size >= limit then return 0 end
  sizes[key] = size + 1
  return lease(key, question, 3)
end

local answers = {}
for i, question in ipairs(questions) do
  local key, what = KEYS[i], question[1]
  if what == 'count' then answers[i] = count(key, unpack(question, 2))
  elseif what == 'hold' then answers[i] = hold(key, question)
  else
    sizes[key] = nil
    if what == 'renew' then answers[i] = lease(key, question, 2) else answers[i] = redis.call('ZREM', key, question[2]) end
  end
end
for key, on in pairs(counts) do
  if on.changed then write(key, on) end
end
for key in pairs(leased) do redis.call('PEXPIRE', key, length) end
return cjson.encode(answers)
`
