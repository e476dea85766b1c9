// The build of the runtime for Node: what it offers is the same.

export * from '../sessionful.js';
export { default } from '../sessionful.js';
