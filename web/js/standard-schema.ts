/**
 * The Standard Schema interface, version 1: what zod, valibot, arktype and others all offer, so that
 * none of them is a dependency. Copied by shape from its specification, which invites just that.
 *
 * @module
 */

/** A validator of values of unknown origin. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The members of the specification. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value, and may transform it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Carries the types; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validator answers. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** For people. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What may be given to a schema. */
export type SchemaInput<S> = S extends StandardSchema<infer Input, unknown> ? Input : never;

/** What a schema makes of it. */
export type SchemaOutput<S> = S extends StandardSchema<unknown, infer Output> ? Output : never;

/**
 * Whether a value of unknown origin is a schema. Libraries make schemas of functions too (arktype).
 */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  const standard: unknown = (value as { '~standard'?: unknown })['~standard'];
  return typeof standard === 'object' && standard !== null
    && (standard as { version?: unknown }).version === 1
    && typeof (standard as { validate?: unknown }).validate === 'function';
}

/**
 * Runs a validator and returns what it makes of the value.
 *
 * @param refuse makes the error to throw; it is given texts that name places, never the value.
 */
export async function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  refuse: (reason: string) => Error,
): Promise<Output> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  throw refuse(result.issues.slice(0, MOST_ISSUES).map(describe).join('; ') || 'it is refused');
}

/** More are of no use to a reader, and a peer chooses how many there are. */
const MOST_ISSUES = 3;

function describe(issue: SchemaIssue): string {
  const steps = issue.path?.map((step) => String(typeof step === 'object' ? step.key : step)) ?? [];
  const place = steps.slice(0, 8).join('.');
  const text = String(issue.message).slice(0, 200);
  return place === '' ? text : `${place.slice(0, 80)}: ${text}`;
}
