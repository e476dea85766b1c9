// The compiler on several configurations, in one process: they share the files that it has read.
import ts from 'typescript';

/** Compiles projects, each as its configuration says; what the compiler has to complain of. */
export function compile(configs) {
  const parsed = new Map();
  return configs.flatMap((path) => {
    const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => { throw new Error(textOf(diagnostic)); } };
    const { options, fileNames, errors } = ts.getParsedCommandLineOfConfigFile(path, {}, host);
    const compiler = ts.createCompilerHost(options);
    const read = compiler.getSourceFile;
    // How a file is read depends on more than its name: under node16 a file of a package is a module of its kind.
    compiler.getSourceFile = (file, given, ...rest) => {
      const key = `${file}\n${JSON.stringify(typeof given === 'object' ? [given.languageVersion, given.impliedNodeFormat] : given)}\n${/\/lib\.[\w.]+\.d\.ts$/.test(file) ? '' : path}`;
      if (!parsed.has(key)) parsed.set(key, read(file, given, ...rest));
      return parsed.get(key);
    };
    const program = ts.createProgram({ rootNames: fileNames, options, host: compiler });
    program.emit();
    return [...errors, ...ts.getPreEmitDiagnostics(program)].map((diagnostic) => `${path}: ${textOf(diagnostic)}`);
  });
}

function textOf({ messageText, file, start }) {
  const place = file === undefined || start === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: `;
  return `${place}${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
