// Messages as JSON text, written and read by the platform's own JSON: texts are never copied into the
// memory of the binary. The format is the one that the runtime's own JSON codec documents; what was
// sent in one turn is a list of it.

// A message as a value: [kind, action, id, body or fault, headers?].

const RELATES = 1;
const FAULT = 2;
const TEXT = 8;
const HEADERS = 16;

const isMessage = (value) => typeof value[0] === 'number' && value.length >= 4 && value.length <= 5;

/** What arrived on a port: 1 for a message, 2 for several that were posted together, 0 for anything else. */
export function sortOf(value) {
  if (!Array.isArray(value)) return 0;
  return isMessage(value) ? 1 : Array.isArray(value[0]) ? 2 : 0;
}

/**
 * Posts a value on a port; whether it could be posted. What is listed moves along instead of being copied, and so does
 * what was copied already.
 */
export function post(port, value, moved) {
  try {
    port.postMessage(value, moved ?? copiedIn(value));
    return true;
  } catch {
    return false;
  }
}

/** Closes a socket. What it has to say of that is nobody's affair: those of `ws` throw what they can tell nobody. */
export function leave(socket, code, reason) {
  try {
    socket.addEventListener('error', () => {});
    socket.close(code, reason);
  } catch {}
}

/** The same with one that is still to be made. */
export function leaveLater(promise) {
  promise.then((socket) => leave(socket, 1000, ''), () => {});
}

/** Neither a thing with parts nor one that cannot be copied. */
function isSimple(value) {
  const type = typeof value;
  return value === null || (type !== 'object' && type !== 'function' && type !== 'symbol');
}

// Messages leave at the end of the turn, and on a port or within a thread they are values. What is given for a call is
// copied when it is given, what comes of one when it is there: nobody can change it any more before it leaves.

/** Arguments that were copied. */
class Copied extends Array {}

/** Arguments that were spelled. */
class Spelled {
  constructor(text) {
    this.text = text;
  }
}

/** Bytes with a memory that they may share with others: a port would take all of that along. */
const isOfBytes = (value) => value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;

/** Our copies of that many bytes and more, for which it pays to move along. */
const copied = new WeakSet();
const LARGE = 8192;

function copyBytes(bytes) {
  const copy = new Uint8Array(bytes);
  if (copy.length >= LARGE) copied.add(copy);
  return copy;
}

/** What can move along with a message, or with a list that has some. */
function copiedIn(value) {
  if (!Array.isArray(value)) return undefined;
  let moved;
  for (const message of isMessage(value) ? [value] : value) {
    const content = Array.isArray(message) ? message[3] : undefined;
    for (const part of content instanceof Copied ? content : [content]) {
      if (part instanceof Uint8Array && copied.has(part)) (moved ??= []).push(part.buffer);
    }
  }
  return moved;
}

const copyOf = (value) => isSimple(value) ? value : isOfBytes(value) ? copyBytes(value) : structuredClone(value);

/** What is given for a call, as it is now. It throws where that cannot be copied, or has no text form. */
export function settle(given, asText) {
  // The list itself is ours.
  if (!Array.isArray(given) || given.every(isSimple)) return given;
  if (asText) return new Spelled(spellBody(given));
  const isFlat = given.every((value) => isSimple(value) || isOfBytes(value));
  return isFlat ? Copied.from(given, copyOf) : Copied.from(structuredClone(given));
}

/** The same for a session that may carry either: as it is now, wherever that is the same for both. */
export function settleForEither(given) {
  try {
    return spellsItself(given) ? given : settle(given, false);
  } catch {
    return given; // a text may do without what cannot be copied
  }
}

/** Whether anything in a value has a text form of its own, which a copy would not have. */
function spellsItself(value) {
  const seen = new Set([value]);
  for (const next of seen) {
    if (isSimple(next) || ArrayBuffer.isView(next) || next instanceof Date) continue;
    if (typeof next.toJSON === 'function') return true;
    for (const part of Object.values(next)) seen.add(part);
  }
  return false;
}

/** A message, its content copied unless it is ours already. It throws where that cannot be copied. */
export function settled(message) {
  const [kind, , , content] = message;
  const isOurs = content instanceof Copied || (!(kind & RELATES) && Array.isArray(content) && content.every(isSimple));
  if (!isOurs) message[3] = copyOf(content);
  return message;
}

const isBelow = (value, limit) => Number.isInteger(value) && value >= 0 && value < limit;

/**
 * What a message begins with, in one number, which crosses into the binary for nothing: its kind (7 bits), its
 * action (9 bits: the number, 511 if no message has that number, 256 if the action is written out), and its id
 * (0 if there is none, 1 if it is to be looked at, or else the id and 2). -1 if there is no kind, as in a bare status,
 * which is all that a list may have in place of a message.
 */
export function headOf(message) {
  const [kind, action, id] = Array.isArray(message) ? message : [];
  if (!isBelow(kind, 128)) return -1;
  const number = typeof action !== 'number' ? 256 : isBelow(action, 256) ? action : 511;
  const place = id === undefined ? 0 : isBelow(id, 2 ** 36) ? id + 2 : 1;
  return kind + 128 * number + 65536 * place;
}

/** A message as a value; its action is a name if it has no number. */
export function makeMessage(kind, action, name, id, content) {
  return [kind, action < 0 ? name : action, id < 0 ? undefined : id, content];
}

// Mostly the next message has the same one.
let lastAction;
let lastBegin = '';

/** A message as text. It throws where the body has no text form, or one that the reader refuses. */
export function writeText(message, depth) {
  const text = spell(message);
  if (nestsDeeper(text, depth)) throw new Error(`nested deeper than ${depth}`);
  return text;
}

function spell([kind, action, id, content, headers]) {
  if (action !== lastAction) {
    lastAction = action;
    lastBegin = `{"v":1,"action":${JSON.stringify(action)}`;
  }
  let text = lastBegin;
  if (id !== undefined) {
    text += `,"${kind & RELATES ? 'relatesTo' : 'id'}":${typeof id === 'number' ? id : JSON.stringify(id)}`;
  }
  if (headers !== undefined) text += `,"headers":${JSON.stringify(headers)}`;
  if (kind & FAULT) return `${text},"fault":${spellValue(content)}}`;
  const body = content instanceof Spelled ? content.text : spellBody(content);
  return body === undefined ? `${text}}` : `${text},"body":${body}}`;
}

function spellBody(content) {
  return spellValue(hasSpecial(content) ? wrapBytes(content) : content);
}

function spellValue(value) {
  const text = JSON.stringify(value);
  if (text?.includes('"__proto__"') && hasPrototypeKey(value)) throw new Error('the key __proto__');
  return text;
}

const OPENERS = ['[', '{'];

/** Where the string ends that begins there; behind the text if it does not. */
function endOfString(text, begin) {
  for (let at = text.indexOf('"', begin + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = at - 1;
    while (text.charCodeAt(escapes) === 0x5c) escapes -= 1;
    if ((at - escapes) % 2 === 1) return at;
  }
  return text.length;
}

/** Whether a text could nest deeper than the limit; looks twice only where it has to. */
function nestsDeeper(text, limit) {
  if (text.length < 2 * limit) return false;
  let openers = 0;
  for (const opener of OPENERS) {
    for (let at = text.indexOf(opener); at >= 0 && openers <= limit; at = text.indexOf(opener, at + 1)) {
      openers += 1;
    }
  }
  if (openers <= limit) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (c === 0x22) {
      at = endOfString(text, at);
    } else if (c === 0x5b || c === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (c === 0x5d || c === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

/** Refuses keys by which a receiver that merges objects would change prototypes. */
function hasPrototypeKey(value) {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (next === null || typeof next !== 'object') continue;
    if (!Array.isArray(next) && Object.hasOwn(next, '__proto__')) return true;
    for (const key in next) open.push(next[key]);
  }
  return false;
}

/**
 * The message or the list of messages that a text says, or a string that tells why it is refused. In a list of
 * answers a bare status stands for one that is no message; whoever expects messages finds no kind in it.
 */
export function readText(text, depth) {
  if (nestsDeeper(text, depth)) return `nested deeper than ${depth}`;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  // An escape can hide the name.
  if ((text.includes('__proto__') || text.includes('\\u')) && hasPrototypeKey(value)) {
    return 'the key __proto__';
  }
  if (!Array.isArray(value)) return message(value);
  for (let at = 0; at < value.length; at += 1) {
    if (typeof value[at] === 'number') continue;
    value[at] = message(value[at]);
    if (typeof value[at] === 'string') return value[at];
  }
  return value;
}

function message(envelope) {
  if (envelope === null || typeof envelope !== 'object') return 'not an object';
  const { v, action, id, relatesTo, headers, fault, body } = envelope;
  if (v !== 1) return `version ${String(v).slice(0, 20)} where 1 is read`;
  if (typeof action !== 'string') return 'no action';
  const kind = TEXT | (relatesTo === undefined ? 0 : RELATES) | (fault === undefined ? 0 : FAULT)
    | (headers === undefined ? 0 : HEADERS);
  const content = fault ?? (Array.isArray(body) ? body.map(unwrap) : unwrap(body));
  if (content === BROKEN || (Array.isArray(content) && content.includes(BROKEN))) return 'no base64';
  return [kind, action, relatesTo ?? id, content, headers];
}

const isBytes = (value) => value instanceof Uint8Array;

/** How bytes look in a text: an object with that key and no other. */
const looksLikeBytes = (value) =>
  value !== null && typeof value === 'object' && typeof value.$bytes === 'string' && Object.keys(value).length === 1;

const isSpecial = (value) => isBytes(value) || looksLikeBytes(value);

/** Bytes have a text form only as an argument or a result of their own, not deep inside one. */
function hasSpecial(body) {
  return Array.isArray(body) ? body.some(isSpecial) : isSpecial(body);
}

function wrapBytes(body) {
  if (Array.isArray(body)) return body.map(wrapBytes);
  if (looksLikeBytes(body)) throw new Error('an object with the key $bytes alone');
  return isBytes(body) ? { $bytes: base64(body) } : body;
}

// A string of at most so many characters is built in one step.
const CHUNK = 0x8000;

function base64(bytes) {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

const BROKEN = Symbol('not base64');

function unwrap(value) {
  if (!looksLikeBytes(value)) return value;
  let binary;
  try {
    binary = atob(value.$bytes);
  } catch {
    return BROKEN;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
