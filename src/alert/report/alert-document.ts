/** As much of an alert's document as the page tells. */
export interface AlertDocument {
  readonly message: string;
  readonly event: { readonly id: string };
  readonly problemchild: {
    readonly reasons?: readonly { readonly text: string }[];
    readonly triage?: { readonly checks?: readonly string[]; readonly actions?: readonly string[] };
  };
}
