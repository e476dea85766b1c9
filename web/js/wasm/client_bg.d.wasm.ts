/** The binary, where the platform imports it as a module. */
declare const module: WebAssembly.Module;
export default module;
