// The build of SOAP for Node: what it offers is the same.

export * from '../wcf.js';
export { default } from '../wcf.js';
