package org.decodebench.tornado;

import java.lang.reflect.Field;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;

/**
 * A plan of TornadoVM keeps the result of every execution for ever, a few hundred bytes each. Where
 * the launcher opens its package, the list is emptied; elsewhere memory grows that slowly.
 */
final class ResultLog {
  private static final Field RESULTS = field();

  private ResultLog() {}

  private static Field field() {
    try {
      Field field = TornadoExecutionPlan.class.getDeclaredField("planResults");
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  static void clear(TornadoExecutionPlan plan) {
    try {
      if (RESULTS != null && RESULTS.get(plan) instanceof List<?> results) {
        results.clear();
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
