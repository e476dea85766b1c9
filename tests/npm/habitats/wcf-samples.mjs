// Two described services and what they do, for each wire: a session that counts and calls back, and
// one that gives back whatever data contract it is given.
import { Fault } from 'sessionful';
import { contractOf } from 'sessionful/wcf';

const SAMPLES = 'http://Interop.Samples';
const DATA = 'http://schemas.datacontract.org/2004/07/Interop.Samples';
const ARRAYS = 'http://schemas.microsoft.com/2003/10/Serialization/Arrays';

const is = (primitive, nillable = ['string', 'anyUri', 'base64Binary', 'qName'].includes(primitive)) => ({ ty: { primitive }, nillable });
const of = (name, nillable = true) => ({ ty: { named: name }, nillable });
const any = { ty: 'any', nillable: true };
const part = ([name, field]) => ({ name, field });
const parts = (fields) => Object.entries(fields).map(part);
const members = (fields) => Object.entries(fields).map(([name, field]) => ({ name, field, required: false }));

function operation(contract, name, takes, gives, more = {}) {
  const reply = gives === null ? null : { name: `{${SAMPLES}}${name}Response`, parts: parts(gives) };
  const action = `${SAMPLES}/${contract}/${name}`;
  return {
    name, action, replyAction: reply === null ? '' : `${action}Response`, request: { name: `{${SAMPLES}}${name}`, parts: parts(takes) }, reply,
    faults: [], initiating: true, terminating: false, documentation: '', ...more,
  };
}

const gives = (name, field) => ({ [`${name}Result`]: field });

const mathFault = (action) => ({ name: 'MathFault', action, element: `{${DATA}}MathFault`, field: of(`{${DATA}}MathFault`) });

const EVERYTHING = {
  Binary: is('base64Binary'), Boolean: is('boolean'), Byte: is('unsignedByte'), Char: is('char'), Colour: of(`{${DATA}}Colour`, false),
  Counts: of(`{${ARRAYS}}ArrayOfKeyValueOfstringint`), DateTime: is('dateTime'), Decimal: is('decimal'), Double: is('double'),
  Float: is('float'), Guid: is('guid'), Int: is('int'), Ints: of(`{${ARRAYS}}ArrayOfint`), Long: is('long'), Maybe: is('int', true),
  Rights: of(`{${DATA}}Rights`, false), SByte: is('byte'), Shape: of(`{${DATA}}Shape`), Shapes: of(`{${DATA}}ArrayOfShape`), Short: is('short'),
  Text: is('string'), TimeSpan: is('duration'), UInt: is('unsignedInt'), ULong: is('unsignedLong'), UShort: is('unsignedShort'), Uri: is('anyUri'), Value: any,
};

/** The description of both, as an import would give it. */
export const description = {
  name: 'Samples',
  namespace: SAMPLES,
  schema: {
    [`{${DATA}}MathFault`]: { class: { base: null, isStruct: false, members: members({ Operation: is('string'), Problem: is('string') }) } },
    [`{${DATA}}Colour`]: { enumeration: { values: [['Red', 0], ['Green', 1], ['Blue', 2]], flags: false } },
    [`{${DATA}}Rights`]: { enumeration: { values: [['None', 0], ['Read', 1], ['Write', 2]], flags: true } },
    [`{${DATA}}Shape`]: { class: { base: null, isStruct: false, members: members({ Name: is('string') }) } },
    [`{${DATA}}Circle`]: { class: { base: `{${DATA}}Shape`, isStruct: false, members: members({ Radius: is('double') }) } },
    [`{${DATA}}ArrayOfShape`]: { list: { item: 'Shape', field: of(`{${DATA}}Shape`), packed: true } },
    [`{${ARRAYS}}ArrayOfint`]: { list: { item: 'int', field: is('int'), packed: true } },
    [`{${ARRAYS}}ArrayOfKeyValueOfstringint`]: {
      dictionary: { item: 'KeyValueOfstringint', key: 'Key', keyField: is('string'), value: 'Value', valueField: is('int') },
    },
    [`{${DATA}}Everything`]: { class: { base: null, isStruct: false, members: members(EVERYTHING) } },
  },
  documentation: {},
  contracts: [
    {
      name: 'ICalculator', session: 'required', documentation: 'Counts.',
      operations: [
        operation('ICalculator', 'Add', { n: is('double') }, gives('Add', is('double'))),
        operation('ICalculator', 'Divide', { by: is('double') }, gives('Divide', is('double')), {
          faults: [mathFault(`${SAMPLES}/ICalculator/DivideMathFaultFault`)],
        }),
        operation('ICalculator', 'Note', { text: is('string') }, null),
        operation('ICalculator', 'Notes', {}, gives('Notes', is('string'))),
        operation('ICalculator', 'Break', {}, {}),
        operation('ICalculator', 'Count', { to: is('int') }, gives('Count', is('boolean'))),
        operation('ICalculator', 'Total', {}, gives('Total', is('double')), { initiating: false }),
        operation('ICalculator', 'Finish', {}, gives('Finish', is('double')), { initiating: false, terminating: true }),
      ],
      callbacks: [
        operation('ICalculator', 'Progress', { percent: is('int') }, null),
        operation('ICalculator', 'Confirm', { text: is('string') }, gives('Confirm', is('boolean'))),
      ],
    },
    {
      name: 'IEcho', session: 'allowed', documentation: 'Gives back.',
      operations: [
        operation('IEcho', 'Everything', { value: of(`{${DATA}}Everything`) }, gives('Everything', of(`{${DATA}}Everything`))),
        operation('IEcho', 'Split', { text: is('string') }, { ...gives('Split', is('int')), first: is('string'), rest: is('string') }),
        operation('IEcho', 'Fail', { reason: is('string') }, {}, { faults: [mathFault(`${SAMPLES}/IEcho/FailMathFaultFault`)] }),
        operation('IEcho', 'Forget', { text: is('string') }, null),
        operation('IEcho', 'Forgotten', {}, gives('Forgotten', is('int'))),
        operation('IEcho', 'Header', { name: is('string') }, gives('Header', is('string'))),
        operation('IEcho', 'Crash', {}, {}),
        operation('IEcho', 'Calls', {}, gives('Calls', is('int'))),
      ],
      callbacks: [],
    },
  ],
  endpoints: [],
};

export const CIRCLE = `{${DATA}}Circle`;
export const Calculator = contractOf(description, 'ICalculator');
export const Echo = contractOf(description, 'IEcho');

export class CalculatorService {
  #total = 0;
  #notes = [];

  Add(n) {
    this.#total += n;
    return this.#total;
  }

  Divide(by) {
    if (by === 0) throw new Fault('{urn:math}DivideByZero', 'cannot divide', { kind: 'MathFault', detail: { Operation: 'Divide', Problem: 'zero' } });
    return this.#total /= by;
  }

  Note(text) {
    this.#notes.push(text);
  }

  Notes() {
    return this.#notes.join('|');
  }

  Break() {
    throw new Error('a secret');
  }

  async Count(to, context) {
    for (let percent = 1; percent <= to; percent += 1) await context.callback.Progress(percent);
    return context.callback.Confirm(`to ${to}?`);
  }

  Total() {
    return this.#total;
  }

  Finish() {
    return this.#total;
  }
}

export class EchoService {
  static forgotten = 0;
  #calls = 0;

  Everything(value) {
    return value;
  }

  Split(text) {
    return { SplitResult: text.length, first: text.slice(0, 1), rest: text.slice(1) };
  }

  Fail(reason) {
    throw new Fault('Sender', reason, { kind: 'MathFault', detail: { Operation: 'Fail', Problem: null } });
  }

  Forget() {
    EchoService.forgotten += 1;
  }

  Forgotten() {
    return EchoService.forgotten;
  }

  Header(name, context) {
    return context.headers.get(name) ?? null;
  }

  Crash() {
    throw new Error('a secret');
  }

  Calls() {
    return this.#calls += 1;
  }
}
