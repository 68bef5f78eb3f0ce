package org.kindred.reward;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.kindred", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("org.kindred.reward.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule LATENT_TRUTH_IS_OUT_OF_REACH =
            noClasses()
                    .that()
                    .resideInAPackage("org.kindred.reward..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.kindred.datasets.simulation..");

    @ArchTest
    static final ArchRule LATER_MODULES_ARE_OUT_OF_REACH =
            noClasses()
                    .that()
                    .resideInAPackage("org.kindred.reward..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.kindred.policy..", "org.kindred.eval..");
}
