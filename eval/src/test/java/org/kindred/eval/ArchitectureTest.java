package org.kindred.eval;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports run one way: eval -> policy-trainer -> reward-model -> datasets. */
@AnalyzeClasses(packages = "org.kindred", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule modulesDependOneWay =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("datasets")
                    .definedBy("org.kindred.datasets..")
                    .layer("reward")
                    .definedBy("org.kindred.reward..")
                    .layer("policy")
                    .definedBy("org.kindred.policy..")
                    .layer("eval")
                    .definedBy("org.kindred.eval..")
                    .whereLayer("eval")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("policy")
                    .mayOnlyBeAccessedByLayers("eval")
                    .whereLayer("reward")
                    .mayOnlyBeAccessedByLayers("policy", "eval");

    @ArchTest
    static final ArchRule latentTruthIsReadByEvaluationAlone =
            noClasses()
                    .that()
                    .resideInAnyPackage("org.kindred.reward..", "org.kindred.policy..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.kindred.datasets.simulation..");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrintsOrExits =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.kindred.eval.cli..")
                    .and()
                    .doNotHaveSimpleName(
                            "EngineProbe") // a process of its own, whose exit status is its answer
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err")
                    .orShould()
                    .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule noJavaSerialisation =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.io\\.Object(In|Out)putStream");

    @ArchTest
    static final ArchRule randomnessComesFromTheSeedTree =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.util\\.(Random|concurrent\\.ThreadLocalRandom)")
                    .orShould()
                    .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("org.kindred.(*).(*)..").should().beFreeOfCycles();
}
