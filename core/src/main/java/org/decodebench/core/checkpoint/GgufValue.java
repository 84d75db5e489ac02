package org.decodebench.core.checkpoint;

/** A metadata value of a GGUF file. Integers of every width are held as {@code long}. */
sealed interface GgufValue {

  /** What is said of the value in a message or a listing. */
  String display();

  record Int(long value, boolean unsigned64) implements GgufValue {
    @Override
    public String display() {
      return unsigned64 ? Long.toUnsignedString(value) : Long.toString(value);
    }
  }

  record Real(double value, boolean single) implements GgufValue {
    @Override
    public String display() {
      return single ? Float.toString((float) value) : Double.toString(value);
    }
  }

  record Bool(boolean value) implements GgufValue {
    @Override
    public String display() {
      return Boolean.toString(value);
    }
  }

  record Text(String value) implements GgufValue {
    @Override
    public String display() {
      return Quoted.of(value);
    }
  }

  record Ints(long[] values) implements GgufValue {
    @Override
    public String display() {
      return "array of " + values.length + " integers";
    }
  }

  record Reals(double[] values) implements GgufValue {
    @Override
    public String display() {
      return "array of " + values.length + " numbers";
    }
  }

  record Bools(boolean[] values) implements GgufValue {
    @Override
    public String display() {
      return "array of " + values.length + " truth values";
    }
  }

  record Texts(String[] values) implements GgufValue {
    @Override
    public String display() {
      return "array of " + values.length + " strings";
    }
  }

  /** An array of arrays; nothing that is read here uses one, so only its length is kept. */
  record Nested(long length) implements GgufValue {
    @Override
    public String display() {
      return "array of " + length + " arrays";
    }
  }
}
