package org.sgconv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Maven leaves a property that nobody defines as it is, and a profile that uses one fails only when
 * somebody asks for that profile.
 */
class PomRuleTest {

  private static final Path ROOT = Path.of(System.getProperty("sgconv.root"));
  private static final Pattern USE = Pattern.compile("\\$\\{([^}]+)}");

  /** Properties of Maven and Java, and one that only the command line sets. */
  private static final Pattern GIVEN =
      Pattern.compile("(project|maven|java|os|env|settings)\\..*|skipTests");

  private static final List<String> MODULES =
      List.of(
          "java",
          "java/core",
          "java/cli",
          "native",
          "bindings",
          "benchmarks",
          "benchmarks/libraries");

  @Test
  void everyPropertyOfAModuleIsDefinedThereOrInTheParent() throws Exception {
    for (String module : MODULES) {
      Path pom = ROOT.resolve(module).resolve("pom.xml");
      Set<String> defined = definitions(pom);
      defined.addAll(definitions(ROOT.resolve("pom.xml")));
      assertUsesOnly(defined, pom);
    }
  }

  /** What the parent manages for its modules may be theirs to define. */
  @Test
  void everyPropertyOfTheParentIsDefinedSomewhere() throws Exception {
    Path pom = ROOT.resolve("pom.xml");
    Set<String> defined = definitions(pom);
    for (String module : MODULES) {
      defined.addAll(definitions(ROOT.resolve(module).resolve("pom.xml")));
    }
    assertUsesOnly(defined, pom);
  }

  private static void assertUsesOnly(Set<String> defined, Path pom) throws Exception {
    Matcher use = USE.matcher(Files.readString(pom));
    Set<String> undefined = new HashSet<>();
    while (use.find()) {
      if (!defined.contains(use.group(1)) && !GIVEN.matcher(use.group(1)).matches()) {
        undefined.add(use.group(1));
      }
    }
    assertThat(undefined).as("used in %s and defined nowhere", pom).isEmpty();
  }

  /** Of the project and of its profiles. */
  private static Set<String> definitions(Path pom) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    NodeList blocks = document.getElementsByTagName("properties");
    Set<String> names = new HashSet<>();
    for (int block = 0; block < blocks.getLength(); block++) {
      NodeList entries = blocks.item(block).getChildNodes();
      for (int i = 0; i < entries.getLength(); i++) {
        Node entry = entries.item(i);
        if (entry instanceof Element) {
          names.add(entry.getNodeName());
        }
      }
    }
    return names;
  }
}
