/** Troubleshooting paragraphs of reconcile codes. */
export const reconcileCodes = {} as const satisfies Readonly<Record<string, unknown>>;
