package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The declarations of our own C headers, read by a few rules that those headers keep: one enum
 * constant, struct field or macro a line, no function pointers. What does not fit is a failure.
 *
 * @param functions name to result type followed by parameter types
 * @param structs name to fields in order, name to type
 * @param constants enum constants and macros
 */
record CHeader(
    Map<String, List<String>> functions,
    Map<String, Map<String, String>> structs,
    Map<String, Long> constants) {

  private static final Pattern FUNCTION =
      Pattern.compile("SGCONV_API\\s+([^;{}]*?)\\b(sgconv_\\w+)\\s*\\(([^)]*)\\)\\s*;");
  private static final Pattern STRUCT =
      Pattern.compile("typedef struct (sgconv_\\w+) \\{([^}]*)\\} (sgconv_\\w+);");
  private static final Pattern ENUM =
      Pattern.compile("typedef enum (sgconv_\\w+) \\{([^}]*)\\} (sgconv_\\w+);");
  private static final Pattern MACRO =
      Pattern.compile("^#define (SGCONV_\\w+) (\\d+)$", Pattern.MULTILINE);

  /** Reads headers; declarations of all are put together. */
  static CHeader read(List<Path> files) throws IOException {
    CHeader header =
        new CHeader(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Path file : files) {
      header.add(Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", ""));
    }
    return header;
  }

  private void add(String text) {
    Matcher function = FUNCTION.matcher(text);
    int found = 0;
    while (function.find()) {
      List<String> types = new ArrayList<>(List.of(type(function.group(1))));
      String parameters = function.group(3).strip();
      if (!parameters.equals("void")) {
        for (String parameter : parameters.split(",", -1)) {
          types.add(type(parameter.strip().replaceFirst("\\w+$", "")));
        }
      }
      functions.put(function.group(2), types);
      found++;
    }
    int marked = text.split("(?m)^SGCONV_API ", -1).length - 1;
    assertThat(found).as("functions understood of %d marked", marked).isEqualTo(marked);
    Matcher struct = STRUCT.matcher(text);
    while (struct.find()) {
      Map<String, String> fields = new LinkedHashMap<>();
      for (String line : struct.group(2).strip().split(";", -1)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length == 2) {
          fields.put(words[1], type(words[0]));
        } else {
          assertThat(line).as("field of %s", struct.group(1)).isBlank();
        }
      }
      structs.put(struct.group(1), fields);
    }
    Matcher list = ENUM.matcher(text);
    while (list.find()) {
      for (String line : list.group(2).split(",", -1)) {
        String[] words = line.strip().split("\\s*=\\s*", -1);
        assertThat(words).as("constant '%s' with its value", line).hasSize(2);
        constants.put(words[0], Long.valueOf(words[1]));
      }
    }
    Matcher macro = MACRO.matcher(text);
    while (macro.find()) {
      constants.put(macro.group(1), Long.valueOf(macro.group(2)));
    }
  }

  /**
   * One of {@code pointer}, {@code int32}, {@code int64}, {@code double}, {@code void}, or the name
   * of a struct of ours, which was declared before. Java tells signed integers from others no more
   * than jextract does.
   */
  private static String type(String declared) {
    String text = declared.replace("const", "").strip();
    if (text.endsWith("*")) {
      return "pointer";
    }
    return switch (text) {
      case "int32_t", "uint32_t", "sgconv_status" -> "int32";
      case "int64_t", "uint64_t" -> "int64";
      case "double" -> "double";
      case "sgconv_dropout" -> text;
      case "void" -> "void";
      default -> throw new AssertionError("a C type that this test does not know: '" + text + "'");
    };
  }
}
