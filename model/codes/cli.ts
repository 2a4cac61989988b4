/** Troubleshooting paragraphs of cli codes. */
export const cliCodes = {} as const satisfies Readonly<Record<string, unknown>>;
