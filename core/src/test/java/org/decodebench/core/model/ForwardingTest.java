package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;

class ForwardingTest {

  /** A method that the contract gains with a default must not stop at a wrapper. */
  @Test
  void everyMethodOfTheContractIsPassedOn() {
    Map<Class<?>, Class<?>> wrappers =
        Map.of(Session.class, ForwardingSession.class, LanguageModel.class, ForwardingModel.class);
    // These end in others that are passed on, or end nothing that the wrapper owns.
    Set<String> exempt =
        Set.of("Session.forward(int[],int,Attention,int[])", "LanguageModel.close()");
    wrappers.forEach((contract, wrapper) -> {
      List<String> passedOn =
          Arrays.stream(wrapper.getDeclaredMethods()).map(ForwardingTest::name).toList();
      for (Method method : contract.getDeclaredMethods()) {
        String called = contract.getSimpleName() + "." + name(method);
        boolean own = !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic();
        assertTrue(!own || exempt.contains(called) || passedOn.contains(name(method)), called);
      }
    });
  }

  @Test
  void theInnermostModelIsBehindAllWrappers() {
    record Wrapper(LanguageModel model) implements ForwardingModel {}
    LanguageModel model = OracleModel.autoregressive(Sources.byName("tales"));
    assertSame(model, ForwardingModel.innermost(new Wrapper(new Wrapper(model))));
    assertSame(model, ForwardingModel.innermost(model));
  }

  private static String name(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(",", "(", ")"));
  }
}
