import { script } from './script.js';

/**
 * The scripts that the server runs. `KEYS[1]` of each is the base of all names of the store, which the names of marks are
 * added to: an entry names the marks that end it. Times are those of the server.
 *
 * An entry is `<state> <clock> <token> <stored at> <ttl> <length of the rest>`, a line with its marks, a line that the server does not read, and
 * the value. Its state is 1, or x after it was expired. A mark is `<removed>:<expired>`, the clock at its last invalidations.
 *
 * The key of the clock has `<clock> <since>` and a line for each mark that was set after `since`: `<clock> <name>`. A fill
 * that misses a mark learns from it whether the mark may have been set and evicted since its lease was given.
 */
const COMMON = `
local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
local function text(n) return string.format('%.0f', n) end
local function get(key) return redis.call('MGET', key)[1] end
local function mark(value)
  local removed, expired = string.match(value or '', '^(%d+):(%d+)$')
  return tonumber(removed), tonumber(expired)
end
local function clock(key, ms)
  local value = text(now())
  redis.call('SET', key, value .. ' ' .. value .. '\\n', 'NX', 'PX', ms)
  return string.match(redis.call('GET', key), '^%d+')
end
local marks = {}
local function stateOf(value)
  local state, clock, token, size, at, names =
    string.match(value or '', '^([1x]) (%d+) (%S+) %d+ %d+ (%d+)\\n()([^\\n]+)\\n')
  if not state or #value - at + 1 ~= tonumber(size) then return nil end
  clock = tonumber(clock)
  for name in string.gmatch(names, '[^\\t]+') do
    if marks[name] == nil then marks[name] = get(KEYS[1] .. '.' .. name) end
    local removed, expired = mark(marks[name])
    if not removed or removed > clock then return nil end
    if expired > clock then state = 'x' end
  end
  return state, token
end
`;

/** Keys: entries and marks. Gives the time, and what the keys have. */
export const READ = script(`
local t = redis.call('TIME')
return { string.format('%.0f', t[1] * 1000000 + t[2]), redis.call('MGET', unpack(KEYS, 2)) }`);

/** Keys: entry, lease, clock. Arguments: token, milliseconds, the token that was seen or `*`, the longest ttl. */
export const LEASE = script(`${COMMON}
local value = get(KEYS[2])
local state, token = stateOf(value)
if state == '1' and token ~= ARGV[3] and ARGV[3] ~= '*' then return { 'found', text(now()), state, value } end
if not redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { 'held', redis.call('PTTL', KEYS[3]), get(KEYS[3]) }
end
return { 'taken', clock(KEYS[4], ARGV[4]) }`);

/**
 * Keys: entry, lease, clock, marks. Arguments: token, clock, milliseconds for which the server keeps the entry, the ttl in the
 * entry, the rest of the entry, channel, message.
 */
export const FILL = script(`${COMMON}
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[3])
redis.call('PUBLISH', ARGV[6], ARGV[7])
local clock = tonumber(ARGV[2])
local function wasSet(name)
  local since, list = string.match(get(KEYS[4]) or '', '^%d+ (%d+)\\n(.*)$')
  if not since or tonumber(since) > clock then return true end
  for at, each in string.gmatch(list, '(%d+) ([^\\n]*)\\n') do
    if each == name and tonumber(at) > clock then return true end
  end
end
for i = 5, #KEYS do
  local removed, expired = mark(get(KEYS[i]))
  if removed and (removed > clock or expired > clock) then return 0 end
  if not removed and wasSet(string.sub(KEYS[i], #KEYS[1] + 2)) then return 0 end
  if not removed then redis.call('SET', KEYS[i], ARGV[2] .. ':0', 'PX', ARGV[3])
  elseif redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
end
local head = '1 ' .. ARGV[2] .. ' ' .. string.match(ARGV[1], '^[^.]*') .. ' ' .. text(now() / 1000) .. ' ' .. ARGV[4] .. ' ' .. #ARGV[5] .. '\\n'
redis.call('SET', KEYS[2], head .. ARGV[5], 'PX', ARGV[3])
return 1`);

/** Keys: the lease. Arguments: token, milliseconds. */
export const RENEW = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])`);

/** Keys: the lease. Arguments: token, channel, message. */
export const RELEASE = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
return redis.call('PUBLISH', ARGV[2], ARGV[3])`);

/**
 * Keys: the clock, then entries each with its lease, then marks. Arguments: mode, channel, message, the number of entries,
 * the longest ttl, and where the lease of the first entry is given, its token and milliseconds. Advances the clock and gives it.
 */
export const INVALIDATE = script(`${COMMON}
-- Nothing has this key. A script that has written may go on when memory is short, and this one must not fail for that.
redis.call('DEL', KEYS[1])
local value = redis.call('GET', KEYS[2]) or ''
local previous = tonumber(string.match(value, '^%d+') or '0')
local since, list = string.match(value, '^%d+ (%d+)\\n(.*)$')
local clock = text(math.max(previous + 1, now()))
local isSoft = ARGV[1] == 'expire'
local entries = tonumber(ARGV[4])
since, list = since or clock, list or ''
for i = 3 + entries * 2, #KEYS do
  if #list > 1000 then since, list = clock, '' end
  list = list .. clock .. ' ' .. string.sub(KEYS[i], #KEYS[1] + 2) .. '\\n'
end
redis.call('SET', KEYS[2], clock .. ' ' .. since .. '\\n' .. list, 'PX', ARGV[5])
for i = 1, entries do
  local key = KEYS[1 + i * 2]
  redis.call('DEL', KEYS[2 + i * 2])
  if not isSoft then redis.call('DEL', key)
  elseif redis.call('EXISTS', key) == 1 then redis.call('SETRANGE', key, 0, 'x') end
end
for i = 3 + entries * 2, #KEYS do
  local removed, expired = mark(redis.call('GET', KEYS[i]))
  local value = clock .. ':' .. text(expired or 0)
  if isSoft and removed then value = text(removed) .. ':' .. clock end
  redis.call('SET', KEYS[i], value, 'PX', ARGV[5])
end
if ARGV[6] then redis.call('SET', KEYS[4], ARGV[6], 'PX', ARGV[7]) end
redis.call('PUBLISH', ARGV[2], text(previous) .. ':' .. clock .. ':' .. ARGV[3])
return clock`);

/** Keys: the clock. Arguments: the longest ttl. Gives the clock. */
export const CLOCK = script(`${COMMON}
return clock(KEYS[2], ARGV[1])`);
