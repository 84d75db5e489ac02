package org.decodebench.reports.result;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdScalarSerializer;

/**
 * The one mapping of values to JSON: {@code snake_case}, NaN and infinities as null and back as
 * NaN.
 */
public final class Json {
  private Json() {}

  /** One line a value. */
  public static final JsonMapper LINES =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(tools.jackson.databind.cfg.EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(tools.jackson.databind.MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new NanAsNull())
                  .addSerializer(double.class, new NanAsNull())
                  .addDeserializer(Double.class, new NullAsNan())
                  .addDeserializer(double.class, new NullAsNan()))
          .build();

  /** For people. */
  public static final JsonMapper INDENTED =
      LINES.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final class NanAsNull extends StdScalarSerializer<Double> {
    NanAsNull() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializationContext context) {
      if (value == null || !Double.isFinite(value)) {
        out.writeNull();
      } else {
        out.writeNumber(value);
      }
    }
  }

  private static final class NullAsNan extends StdScalarDeserializer<Double> {
    NullAsNan() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) {
      if (in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT
          || in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return in.getDoubleValue();
      }
      return (Double) context.handleUnexpectedToken(Double.class, in);
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return Double.NaN;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
