/** Who walks over all edges pauses after so many: a graph of thousands must not keep the next start waiting. */
export const edgesBetweenPauses = 50;

/** An undirected graph with a weight on each edge, and without loops. Vertices are numbered as they come. */
export class WeightedGraph {
  readonly #numbers = new Map<string, number>();
  readonly #neighbours: Map<number, number>[] = [];

  /** Weights of the edges at each vertex, by the vertex at their other end. */
  get neighbours(): readonly ReadonlyMap<number, number>[] {
    return this.#neighbours;
  }

  /** The number of this vertex, which is new where it was unknown. */
  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#neighbours.push(new Map()) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** Adds to the weight (above 0) of the edge between two vertices. One between a vertex and itself is passed over. */
  connect(a: string, b: string, weight: number): void {
    if (a === b) return;
    const from = this.add(a);
    const to = this.add(b);
    const sum = (this.#neighbours[from]!.get(to) ?? 0) + weight;
    this.#neighbours[from]!.set(to, sum);
    this.#neighbours[to]!.set(from, sum);
  }
}
