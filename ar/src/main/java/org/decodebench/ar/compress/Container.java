package org.decodebench.ar.compress;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.decodebench.core.UsageException;

/**
 * The file's layout: magic and version, checksum of all that follows, checksum of the data, the
 * model's fingerprint, length of the data, the segments' kinds and sizes, the code.
 *
 * @param data checksum of the original bytes
 * @param model fingerprint of the model and its arithmetic
 * @param length original bytes
 * @param sizes for each segment its tokens or bytes
 * @param raw for each segment whether it is bytes
 */
record Container(int data, int model, int length, int[] sizes, boolean[] raw, byte[] code) {
  private static final byte[] MAGIC = {'D', 'B', 'Z', 1};
  private static final int HEAD = MAGIC.length + Integer.BYTES;

  byte[] write() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ByteBuffer.allocate(8).putInt(data).putInt(model).array());
    number(body, length);
    number(body, sizes.length);
    for (int s = 0; s < sizes.length; s++) {
      number(body, ((long) sizes[s] << 1) | (raw[s] ? 1 : 0));
    }
    body.writeBytes(code);
    byte[] bytes = body.toByteArray();
    return ByteBuffer.allocate(HEAD + bytes.length)
        .put(MAGIC)
        .putInt(checksum(bytes))
        .put(bytes)
        .array();
  }

  /**
   * @throws UsageException if this is no such file, or a damaged one
   */
  static Container read(byte[] file) {
    if (file.length < MAGIC.length || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, 4)) {
      throw new UsageException(
          "this is no file of decodebench compress: it does not begin with 'DBZ' and version 1");
    }
    byte[] body = Arrays.copyOfRange(file, Math.min(HEAD, file.length), file.length);
    if (file.length < HEAD + 10 || ByteBuffer.wrap(file, 4, 4).getInt() != checksum(body)) {
      throw new UsageException(
          "the compressed file is damaged or cut short: its checksum differs; get it again");
    }
    try {
      return parse(ByteBuffer.wrap(body));
    } catch (BufferUnderflowException | ArithmeticException e) {
      throw new UsageException("the compressed file's table of segments makes no sense", e);
    }
  }

  private static Container parse(ByteBuffer in) {
    int data = in.getInt();
    int model = in.getInt();
    int length = Math.toIntExact(number(in));
    int count = Math.toIntExact(number(in));
    List<Long> kinds = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      kinds.add(number(in));
    }
    int[] sizes = kinds.stream().mapToInt(k -> Math.toIntExact(k >>> 1)).toArray();
    boolean[] raw = new boolean[count];
    if (Arrays.stream(sizes).anyMatch(size -> size > length + 16L)) {
      throw new ArithmeticException("more tokens than bytes");
    }
    for (int s = 0; s < count; s++) {
      raw[s] = (kinds.get(s) & 1) == 1;
    }
    byte[] code = new byte[in.remaining()];
    in.get(code);
    return new Container(data, model, length, sizes, raw, code);
  }

  static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. */
  private static void number(ByteArrayOutputStream out, long value) {
    for (; value > 127; value >>>= 7) {
      out.write((int) ((value & 127) | 128));
    }
    out.write((int) value);
  }

  private static long number(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.get();
      value |= (long) (next & 127) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
