package org.decodebench.reports;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of the design. */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.decodebench");
  }

  @Test
  void modulesDependOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("org.decodebench..")
        .layer("core")
        .definedBy("org.decodebench.core..")
        .layer("ar")
        .definedBy("org.decodebench.ar..")
        .layer("diffusion")
        .definedBy("org.decodebench.diffusion..")
        .layer("speculative")
        .definedBy("org.decodebench.speculative..")
        .layer("reports")
        .definedBy("org.decodebench.reports..")
        .whereLayer("reports")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("speculative")
        .mayOnlyBeAccessedByLayers("reports")
        .whereLayer("ar")
        .mayOnlyBeAccessedByLayers("speculative", "reports")
        .whereLayer("diffusion")
        .mayOnlyBeAccessedByLayers("speculative", "reports")
        .withOptionalLayers(true)
        .check(classes);
  }

  @Test
  void kernelsKnowNoModelAndDecodersOnlyTheContract() {
    noClasses()
        .that()
        .resideInAPackage("org.decodebench.core.kernel..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "org.decodebench.core.model..",
                    "org.decodebench.core.decode..",
                    "org.decodebench.core.checkpoint..")
                // Which implementation is asked for says nothing of a model.
                .and(not(nameMatching(".*\\.RuntimeOptions(\\$.*)?"))))
        .allowEmptyShould(true)
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage(
            "org.decodebench.ar..", "org.decodebench.diffusion..", "org.decodebench.speculative..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.decodebench.core.kernel..",
            "org.decodebench.core.tensor..",
            "org.decodebench.core.checkpoint..")
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void reportsFindDecodersByNameOnly() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "org.decodebench.reports.run..",
            "org.decodebench.reports.experiment..",
            "org.decodebench.reports.page..",
            "org.decodebench.reports.compare..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("org\\.decodebench\\.(ar|diffusion|speculative)\\..*Decoder.*")
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void roomsOfReportsDoNotReachUp() {
    noClasses()
        .that()
        .resideInAnyPackage("org.decodebench.reports.result..", "org.decodebench.reports.stats..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.decodebench.reports.run..",
            "org.decodebench.reports.page..",
            "org.decodebench.reports.cli..",
            "org.decodebench.reports.experiment..",
            "org.decodebench.reports.compare..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackage("org.decodebench.reports.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.decodebench.reports.cli..")
        .check(classes);
  }

  @Test
  void allModulesAreSeen() {
    for (String module : new String[] {"core", "ar", "diffusion", "speculative", "reports"}) {
      assertTrue(
          classes.stream()
              .anyMatch(c -> c.getPackageName().startsWith("org.decodebench." + module)),
          module);
    }
  }
}
