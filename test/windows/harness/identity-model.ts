/**
 * The smallest sound ONNX model: y = Identity(x), float32 of any shape [n, m]. Written field by field
 * after onnx.proto, so that the test needs no file.
 */
export function identityModel(): Uint8Array {
  const node = message(bytesField(1, text('x')), bytesField(2, text('y')), bytesField(4, text('Identity')));
  const graph = message(
    bytesField(1, node),
    bytesField(2, text('g')),
    bytesField(11, valueInfo('x')),
    bytesField(12, valueInfo('y')),
  );
  const opset = message(intField(2, 13));
  return message(intField(1, 8), bytesField(7, graph), bytesField(8, opset));
}

function valueInfo(name: string): Uint8Array {
  const float32 = 1;
  const dimension = (parameter: string) => bytesField(1, bytesField(2, text(parameter)));
  const shape = message(dimension('n'), dimension('m'));
  const tensorType = message(intField(1, float32), bytesField(2, shape));
  return message(bytesField(1, text(name)), bytesField(2, bytesField(1, tensorType)));
}

function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** Every length and number here is below 128, one byte. */
function bytesField(number: number, content: Uint8Array): Uint8Array {
  if (content.length > 127) throw new RangeError('longer than one byte can say');
  return Buffer.concat([Buffer.of((number << 3) | 2, content.length), content]);
}

function intField(number: number, value: number): Uint8Array {
  return Buffer.of(number << 3, value);
}

function text(value: string): Uint8Array {
  return Buffer.from(value);
}
