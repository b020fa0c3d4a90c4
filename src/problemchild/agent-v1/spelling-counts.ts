/** What the spelling of a line gives away before normalisation removes it. */
export interface SpellingCounts {
  carets: number;
  quotes: number;
  backticks: number;
  variables: number;
  partialVariables: number;
  wide: number;
  joins: number;
  urls: number;
  publicAddresses: number;
  base64Length: number;
  executables: number;
  caseSwitches: number;
}

export function emptyCounts(): SpellingCounts {
  return {
    carets: 0,
    quotes: 0,
    backticks: 0,
    variables: 0,
    partialVariables: 0,
    wide: 0,
    joins: 0,
    urls: 0,
    publicAddresses: 0,
    base64Length: 0,
    executables: 0,
    caseSwitches: 0,
  };
}

/** Every line reuses one object: hot path. */
export function clearCounts(counts: SpellingCounts): void {
  counts.carets = counts.quotes = counts.backticks = counts.variables = counts.partialVariables = 0;
  counts.wide = counts.joins = counts.urls = counts.publicAddresses = counts.base64Length = 0;
  counts.executables = counts.caseSwitches = 0;
}
