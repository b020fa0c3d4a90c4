import {
  bytesField,
  floatField,
  integerField,
  message,
  type ProtobufField,
  packedFloats,
  packedIntegers,
  repeatedText,
  textField,
} from './protobuf-writer.ts';

/*
 * Writes the small part of ONNX that our models need. Field numbers are those of onnx.proto3.
 */

export type OnnxAttribute =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'floats'; readonly values: readonly number[] }
  | { readonly kind: 'integers'; readonly values: readonly number[] }
  | { readonly kind: 'texts'; readonly values: readonly string[] };

export interface OnnxNode {
  readonly operator: string;
  /** '' is ONNX's own operator set. */
  readonly domain?: 'ai.onnx.ml';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: 'float' | 'int64';
  readonly values: readonly number[];
}

/** One float32 input `features` [N, width] and one float32 output `probability` [N, 1]. */
export interface OnnxModel {
  readonly width: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants?: readonly OnnxTensor[];
}

export const inputName = 'features';
export const outputName = 'probability';

const irVersion = 8;
const operatorSets = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
];
const elementType = { float: 1, int64: 7 };

export function encodeOnnxModel({ width, nodes, constants = [] }: OnnxModel): Uint8Array {
  const graph = message(
    ...nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, 'model'),
    ...constants.map((constant) => bytesField(5, encodeTensor(constant))),
    bytesField(11, encodeValueInfo(inputName, width)),
    bytesField(12, encodeValueInfo(outputName, 1)),
  );
  return message(
    integerField(1, irVersion),
    textField(2, 'problemchild-agent'),
    bytesField(7, graph),
    ...operatorSets.map(({ domain, version }) =>
      bytesField(8, message(textField(1, domain), integerField(2, version))),
    ),
  );
}

function encodeNode({ operator, domain, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    repeatedText(1, inputs),
    repeatedText(2, outputs),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, attribute]) => bytesField(5, encodeAttribute(name, attribute))),
    textField(7, domain ?? ''),
  );
}

function encodeAttribute(name: string, attribute: OnnxAttribute): Uint8Array {
  return message(textField(1, name), ...attributeValue(attribute));
}

/** The value and, in field 20, its type. */
function attributeValue(attribute: OnnxAttribute): ProtobufField[] {
  switch (attribute.kind) {
    case 'float':
      return [floatField(2, attribute.value), integerField(20, 1)];
    case 'integer':
      return [integerField(3, attribute.value), integerField(20, 2)];
    case 'text':
      return [textField(4, attribute.value), integerField(20, 3)];
    case 'floats':
      return [packedFloats(7, attribute.values), integerField(20, 6)];
    case 'integers':
      return [packedIntegers(8, attribute.values), integerField(20, 7)];
    case 'texts':
      return [repeatedText(9, attribute.values), integerField(20, 8)];
  }
}

function encodeTensor({ name, dims, type, values }: OnnxTensor): Uint8Array {
  return message(
    packedIntegers(1, dims),
    integerField(2, elementType[type]),
    type === 'float' ? packedFloats(4, values) : packedIntegers(7, values),
    textField(8, name),
  );
}

/** A float tensor of shape [N, columns]. */
function encodeValueInfo(name: string, columns: number): Uint8Array {
  const shape = message(bytesField(1, textField(2, 'N')), bytesField(1, integerField(1, columns)));
  const tensorType = message(integerField(1, elementType.float), bytesField(2, shape));
  return message(textField(1, name), bytesField(2, bytesField(1, tensorType)));
}
