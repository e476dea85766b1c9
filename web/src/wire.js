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

/** A list of simple ones, as most arguments are. */
const isFlat = (value) => Array.isArray(value) && value.every(isSimple);

/** Whether anything in a value is such an object: each is looked at once, however they refer to each other. */
function hasObject(value, isSuch) {
  const seen = new Set(isSimple(value) ? [] : [value]);
  for (const next of seen) {
    if (isSuch(next)) return true;
    if (ArrayBuffer.isView(next)) continue;
    for (const part of Object.values(next)) {
      if (!isSimple(part)) seen.add(part);
    }
  }
  return false;
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
  if (!Array.isArray(given) || isFlat(given)) return given;
  if (asText) return new Spelled(spellContent(given));
  const isShallow = given.every((value) => isSimple(value) || isOfBytes(value));
  return isShallow ? Copied.from(given, copyOf) : Copied.from(structuredClone(given));
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
const spellsItself = (value) => hasObject(value, (object) =>
  typeof object.toJSON === 'function' && !ArrayBuffer.isView(object) && !(object instanceof Date));

/** A message, its content copied unless it is ours already. It throws where that cannot be copied. */
export function settled(message) {
  const [kind, , , content] = message;
  const isOurs = content instanceof Copied || (!(kind & RELATES) && isFlat(content));
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
  const spelled = content instanceof Spelled ? content.text : spellContent(content);
  return spelled === undefined ? `${text}}` : `${text},"${kind & FAULT ? 'fault' : 'body'}":${spelled}}`;
}

function spellContent(content) {
  return spellValue(content, !isFlat(content) && hasObject(content, isSpecial) ? wrapBytes : undefined);
}

function spellValue(value, replacer) {
  const text = JSON.stringify(value, replacer);
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
const hasPrototypeKey = (value) => hasObject(value, (object) => Object.hasOwn(object, '__proto__'));

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
  // An escape can hide a name.
  const mayHave = (name) => text.includes(name) || text.includes('\\u');
  if (mayHave('__proto__') && hasPrototypeKey(value)) return 'the key __proto__';
  const mayHaveBytes = mayHave('$bytes');
  if (!Array.isArray(value)) return message(value, mayHaveBytes);
  for (let at = 0; at < value.length; at += 1) {
    if (typeof value[at] === 'number') continue;
    value[at] = message(value[at], mayHaveBytes);
    if (typeof value[at] === 'string') return value[at];
  }
  return value;
}

function message(envelope, mayHaveBytes) {
  if (envelope === null || typeof envelope !== 'object') return 'not an object';
  const { v, action, id, relatesTo, headers, fault, body } = envelope;
  if (v !== 1) return `version ${String(v).slice(0, 20)} where 1 is read`;
  if (typeof action !== 'string') return 'no action';
  const kind = TEXT | (relatesTo === undefined ? 0 : RELATES) | (fault === undefined ? 0 : FAULT)
    | (headers === undefined ? 0 : HEADERS);
  const content = fault ?? body;
  try {
    return [kind, action, relatesTo ?? id, mayHaveBytes ? unwrapBytes(content) : content, headers];
  } catch {
    return 'no base64';
  }
}

const isBytes = (value) => value instanceof Uint8Array;

/** How bytes look in a text: an object with that key and no other. */
const looksLikeBytes = (object) => typeof object.$bytes === 'string' && Object.keys(object).length === 1;

const isSpecial = (object) => isBytes(object) || looksLikeBytes(object);

/** What JSON writes in place of bytes; called as a member of what the value is in. Those of Node spell themselves. */
function wrapBytes(key, value) {
  const given = this[key];
  if (isBytes(given)) return { $bytes: base64(given) };
  if (!isSimple(given) && looksLikeBytes(given)) throw new Error('an object with the key $bytes alone');
  return value;
}

// A string of at most so many characters is built in one step.
const CHUNK = 0x8000;

/** Engines of today have a method for it. Node's `btoa` takes milliseconds for what its buffers do in microseconds. */
function base64(bytes) {
  if (bytes.toBase64 !== undefined) return bytes.toBase64();
  const buffer = globalThis.Buffer?.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer !== undefined) return buffer.toString('base64');
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

function unwrap({ $bytes }) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64($bytes);
  const binary = atob($bytes);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Content with bytes in place of what stands for them, wherever it does. It throws where that is no base64. */
function unwrapBytes(content) {
  const all = { content };
  const open = [all];
  for (const next of open) {
    for (const key of Object.keys(next)) {
      const part = next[key];
      if (part === null || typeof part !== 'object') continue;
      if (looksLikeBytes(part)) next[key] = unwrap(part);
      else open.push(part);
    }
  }
  return all.content;
}
