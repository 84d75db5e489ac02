package org.decodebench.reports.chat;

import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;

/**
 * The methods of Python's strings that chat templates call. Java's have other names, or the same
 * name for something else: {@code split} takes a text here, not an expression.
 */
final class PythonStrings extends ELResolver {
  private static final String SPACE = " \t\n\r\u000B\f";

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] given) {
    if (!(base instanceof CharSequence) || method == null) {
      return null;
    }
    String text = base.toString();
    String[] p =
        Arrays.stream(given == null ? new Object[0] : given)
            .map(Objects::toString)
            .toArray(String[]::new);
    Object result = call(text, method.toString(), p);
    context.setPropertyResolved(result != null);
    return result;
  }

  /** Null for a method that is not known here. */
  private static Object call(String text, String method, String[] p) {
    String first = p.length > 0 ? p[0] : null;
    return switch (method) {
      case "strip" -> lstrip(rstrip(text, first), first);
      case "lstrip" -> lstrip(text, first);
      case "rstrip" -> rstrip(text, first);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "title" -> title(text);
      case "capitalize" ->
          text.isEmpty()
              ? text
              : text.substring(0, 1).toUpperCase(Locale.ROOT)
                  + text.substring(1).toLowerCase(Locale.ROOT);
      case "split" -> split(text, first, p.length > 1 ? Integer.parseInt(p[1]) : Integer.MAX_VALUE);
      case "startswith" -> p.length == 1 ? text.startsWith(first) : null;
      case "endswith" -> p.length == 1 ? text.endsWith(first) : null;
      case "find" -> p.length == 1 ? (Object) (long) text.indexOf(first) : null;
      case "replace" -> p.length == 2 ? text.replace(p[0], p[1]) : null;
      default -> null;
    };
  }

  private static String lstrip(String text, String characters) {
    int from = 0;
    while (from < text.length() && isOne(text.charAt(from), characters)) {
      from++;
    }
    return text.substring(from);
  }

  private static String rstrip(String text, String characters) {
    int to = text.length();
    while (to > 0 && isOne(text.charAt(to - 1), characters)) {
      to--;
    }
    return text.substring(0, to);
  }

  private static boolean isOne(char c, String characters) {
    return characters == null
        ? SPACE.indexOf(c) >= 0 || Character.isWhitespace(c)
        : characters.indexOf(c) >= 0;
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (char c : text.toCharArray()) {
      out.append(inside ? Character.toLowerCase(c) : Character.toUpperCase(c));
      inside = Character.isLetter(c);
    }
    return out.toString();
  }

  /** Without a separator at white space, of which there is none in the parts. */
  private static List<String> split(String text, String separator, int most) {
    List<String> parts = new ArrayList<>();
    if (separator == null) {
      for (String part : text.strip().split("\\s+", -1)) {
        if (!part.isEmpty()) {
          parts.add(part);
        }
      }
      return parts;
    }
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && parts.size() < most && !separator.isEmpty();
        at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {
    // Strings have no properties.
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return null;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return null;
  }
}
