// Single requests of Rust applications, by the platform's own fetch.

const decoder = new TextDecoder();

/** Status (0 for a redirect), content type and text, which is left out if the answer broke off. */
export async function exchange(address, body, stop) {
  // Another origin is asked beforehand about any content type but three; this is one of them.
  const headers = { 'content-type': 'text/plain;charset=UTF-8' };
  const answer = await fetch(address, { method: 'POST', redirect: 'manual', headers, body, signal: stop.signal });
  const status = answer.type === 'opaqueredirect' ? 0 : answer.status;
  const contentType = answer.headers.get('content-type') ?? '';
  try {
    return [status, contentType, decoder.decode(await stop.read(answer))];
  } catch {
    return [status, contentType];
  }
}
