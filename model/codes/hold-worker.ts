/** Troubleshooting paragraphs of hold worker codes. */
export const holdWorkerCodes = {} as const satisfies Readonly<Record<string, unknown>>;
