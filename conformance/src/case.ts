/**
 * A sequence of requests about one rule, as data. `{{ns}}` stands for the namespace that the case has for itself,
 * `{{run}}` for letters that make names of cluster-wide objects the case's own, `{{x}}` for what an earlier step saved.
 */
export interface Case {
  /** A sentence about what the API server does; unique within the subject. */
  readonly name: string;
  /** The case makes and needs no namespace. */
  readonly clusterWide?: true;
  /**
   * The case has webhooks: `{{webhook}}` is the URL of a server on this machine, which the API server has to reach, and
   * `{{caBundle}}` its authority.
   */
  readonly webhooks?: true;
  readonly steps: readonly Step[];
}

/** What an API server has to be started with beside what envtest starts it with. */
export interface ServerNeeds {
  /** Of kube-apiserver: `--feature-gates=…`; `{{files}}` stands for the folder with the files. */
  readonly flags?: readonly string[];
  /** By name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Cases wait for time to pass: that of the embedded server passes while they do. */
  readonly passesTime?: true;
  /** What steps `as: 'proxy'` prove themselves with, PEM. */
  readonly proxy?: { readonly cert: string; readonly key: string };
}

/** Cases about one part of the API; its goldens are one file. */
export interface Subject extends ServerNeeds {
  /** Name of the golden file. */
  readonly id: string;
  readonly cases: readonly Case[];
}

export type Step = RequestStep | WatchStep | EventsStep | ReviewsStep;

export interface RequestStep {
  /** Method and path with query: `GET /api/v1/namespaces/{{ns}}/pods`. */
  readonly request: string;
  /** Lower-case names. An empty value takes a default header away; a list is sent as one header line per item. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: StepBody;
  /** Variables for later steps, by the dotted path of their value in the answer's body. */
  readonly save?: Readonly<Record<string, string>>;
  /** Variables for later steps, by the header of the answer. */
  readonly saveHeaders?: Readonly<Record<string, string>>;
  /** Who asks; default: the administrator. `proxy`: with the certificate of the subject. */
  readonly as?: 'anonymous' | 'bad token' | 'proxy';
  /** Asks again until the answer is so, ten seconds at most; what the last answer was is not compared. */
  readonly until?: Until;
  /** Compares only these dotted paths of the body; `.*` at the end stands for the keys of a map. */
  readonly keep?: readonly string[];
  /** Compares the body's text instead of its value: spaces, escapes and number formats count. */
  readonly raw?: true;
  /** The answer is protobuf: what it stands for is compared, and whether the bytes are what that is written as. */
  readonly protobuf?: true;
  /** Part of the preparation: the answer is not compared. */
  readonly unrecorded?: true;
  /** What follows makes no sense without it: the case ends here when the answer is an error. */
  readonly essential?: true;
}

export type StepBody = { readonly json: unknown } | { readonly text: string } | { readonly base64: string };

export interface Until {
  readonly status?: number;
  /** Type of a condition that has to be True. */
  readonly condition?: string;
  /** Has to be in the body. */
  readonly text?: string;
}

/** Opens a watch; its events are collected until an {@link EventsStep} asks for them. */
export interface WatchStep {
  /** Path with query. */
  readonly watch: string;
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Compares the events of a watch since the last such step. */
export interface EventsStep {
  /** Name of the watch. */
  readonly events: string;
  /** How many to wait for; `end`: all until the server ends the stream. */
  readonly count: number | 'end';
  /** How long to wait for so many, at most; default: five seconds. */
  readonly withinMs?: number;
}

/** Compares what webhooks have been asked since the last such step, except about objects called `probe`. */
export interface ReviewsStep {
  /** `last`: only the last of them, since a server asks again when it finds that it went by an old state. */
  readonly reviews: 'all' | 'last';
}

/** What came back, normalised: the answer to a request, or the events of a watch. */
export type Answer =
  | { readonly request: string; readonly status: number; readonly headers: Headers; readonly body?: unknown }
  | { readonly request: string; readonly events: readonly unknown[]; readonly ended?: true };

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The answers of a subject by the name of the case. */
export type Answers = Readonly<Record<string, readonly Answer[]>>;
