//! Published tables: every figure gets the verdict that a careful reader gave it.

use std::collections::BTreeMap;

use convscope::cost::conventions;
use convscope::cost::published::{ALL, Audit, Model, Printed, Quantity, Status, Verdict, audit, find};
use convscope::text::{Lang, has};

fn audited(name: &str) -> Audit {
    let table = find(name).unwrap_or_else(|e| panic!("{e}"));
    audit(table).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The verdicts of a table's rows, one letter for each figure: exact, rounds, truncates, misprint, not
/// reproducible, differs.
fn letters(audit: &Audit) -> Vec<String> {
    let letter = |v: Verdict| match v {
        Verdict::Exact => 'e',
        Verdict::Rounds => 'r',
        Verdict::Truncates => 't',
        Verdict::Misprint(_) => 'm',
        Verdict::NotReproducible(_) => 'n',
        Verdict::Differs => 'd',
    };
    audit.rows.iter().map(|row| row.cells.iter().map(|c| letter(c.verdict)).collect()).collect()
}

/// The recomputed figures of the first `rows` rows, column `column`.
fn recomputed(audit: &Audit, column: usize) -> Vec<f64> {
    let cell =
        |row: &convscope::cost::published::AuditedRow| row.cells.get(column).and_then(|c| c.recomputed);
    audit.rows.iter().filter_map(cell).collect()
}

#[track_caller]
fn verdicts(name: &str, expected: &[&str]) -> Audit {
    let audit = audited(name);
    let numbers: Vec<Vec<Option<f64>>> =
        audit.rows.iter().map(|r| r.cells.iter().map(|c| c.recomputed).collect()).collect();
    assert_eq!(letters(&audit), expected, "{name}: {numbers:?}");
    audit
}

#[test]
fn hetconv() {
    // Rounding fails at P = 8, 32, 64; cutting off holds for all seven.
    let audit = verdicts("hetconv-vgg16", &["r", "r", "r", "t", "r", "t", "t", "n", "n", "n"]);
    let model: Vec<f64> = recomputed(&audit, 0).iter().map(|v| (v / 1e6 * 1e6).round()).collect();
    let expected =
        [313_740_288.0, 175_234_503.0, 105_981_611.0, 71_355_164.0, 54_041_941.0, 45_385_330.0, 41_057_024.0];
    assert_eq!(model[..7], expected);
    verdicts("hetconv-others", &["tr", "t"]);
}

#[test]
fn approximate_hetconv() {
    let audit = verdicts("approximate-hetconv", &["rr", "rr", "rr", "rr", "rr", "rr", "rr"]);
    let millions = [313.4685, 192.3580, 114.5012, 75.5729, 56.1087, 46.3766, 41.5105];
    let params = [14.9919, 9.2677, 5.5905, 3.7519, 2.8327, 2.3730, 2.1432];
    for (column, expected) in [(0, millions), (1, params)] {
        for (found, expected) in recomputed(&audit, column).into_iter().zip(expected) {
            assert!((found / 1e6 - expected).abs() <= 0.000_051, "{found} is not {expected}");
        }
    }
}

#[test]
fn spconv() {
    let audit = verdicts("spconv-vgg16", &["rr", "nnmr", "rrmt", "rrtr", "rrtt", "mrrr", "rrrr", "mrrr"]);
    assert_eq!(
        recomputed(&audit, 0),
        [
            349_507_584.0,
            118_265_984.0,
            audit.rows[3].cells[0].recomputed.unwrap(),
            79_337_600.0,
            audit.rows[5].cells[0].recomputed.unwrap(),
            59_873_408.0,
            50_141_312.0,
        ]
    );
    let params: Vec<f64> = recomputed(&audit, 1);
    assert_eq!(
        params,
        [16_622_090.0, 5_611_338.0, 5_171_904.0, 3_772_746.0, 3_537_600.0, 2_853_450.0, 2_393_802.0]
    );
    let audit = verdicts("spconv-resnet20", &["rr", "rttr", "rtmr", "re", "re"]);
    assert_eq!(recomputed(&audit, 0)[..3], [41_620_800.0, 17_908_352.0, 12_894_848.0]);
    let audit = verdicts("spconv-resnet50", &["rr", "rtrt", "tr", "rrrr", "rrmr", "nm", "nntr"]);
    let count = recomputed(&audit, 0);
    assert_eq!((count[0], count[1], count[3]), (4_135_790_592.0, 2_969_758_080.0, 2_738_547_072.0));
}

#[test]
fn octconv() {
    verdicts("octconv-layer", &["rr", "rr", "rr", "rr", "rm"]);
    verdicts("octconv-resnet50", &["r", "r", "r", "r", "r"]);
    let audit = verdicts("octconv-mobile", &["rr", "rr", "nr", "tr", "rr", "rr"]);
    let found = recomputed(&audit, 0);
    let script = [213_147_720.0, 320_224_896.0, 256_358_320.0, 295_191_864.0];
    assert_eq!([found[1], found[2], found[4], found[5]], script);
    let audit = verdicts("octconv-resnet152", &["nr", "nr", "nr"]);
    let macs = recomputed(&audit, 0);
    assert_eq!(macs[..2], [10_819_341_312.0, 10_838_764_544.0]);
    assert!((macs[2] / 1e9 - 22.111).abs() < 0.001, "{}", macs[2]);
    assert_eq!(recomputed(&audit, 1)[..2], [60_222_224.0, 66_841_080.0]);
    verdicts("octconv-others", &["rr", "rr", "n", "rr", "n", "rr", "n", "rr"]);
    let audit = verdicts("octconv-ports", &["rr", "rre", "rr", "rr", "rr", "rr", "n", "nr", "n", "n", "nr"]);
    for cell in audit.rows[6..].iter().map(|row| &row.cells[0]) {
        let above = cell.difference().expect("both numbers");
        assert!((1.0..2.0).contains(&above), "OpenVINO is {above} % above twice the multiply-adds");
    }
}

#[test]
fn others() {
    verdicts("sic", &["n", "n", "n", "n", "n", "n"]);
    verdicts("ghostnet", &["n", "r", "n"]);
    // 26w x 4s does not round to the printed digit.
    verdicts("res2net", &["tr", "rr", "rr", "rr", "rr", "rr"]);
}

#[test]
fn condensenets() {
    let audit = verdicts("condensenet-cifar", &["rr"; 7]);
    let flops = recomputed(&audit, 0);
    assert_eq!(flops[..4], [28_641_834.0, 51_897_066.0, 65_816_394.0, 81_263_530.0]);
    assert_eq!(flops[5..], [116_741_226.0, 512_671_594.0]);
    let audit = verdicts("condensenet-imagenet", &["rr", "rr"]);
    assert_eq!(recomputed(&audit, 0), [529_328_264.0, 274_233_480.0]);
    assert_eq!(recomputed(&audit, 1), [4_773_944.0, 2_935_416.0]);
    let audit = verdicts("condensenet-v2", &["rr", "rr", "rr", "nn", "nn"]);
    let (flops, params) = (recomputed(&audit, 0), recomputed(&audit, 1));
    assert_eq!([(flops[0] / 1e3).round(), (flops[2] / 1e3).round()], [45_717.0, 308_864.0]);
    assert_eq!([params[0], params[2]], [2_018_172.0, 6_109_960.0]);
    // Everything in: rounding fits A and cutting off fits C, so no single reading does.
    for (name, total) in [("condensenet_v2_a", 45_874_350), ("condensenet_v2_c", 309_740_977)] {
        let network = convscope::networks::find(name).unwrap();
        let graph = network.build(&mut convscope::graph::Blank, network.input).unwrap();
        assert_eq!(conventions::find("condensenetv2").unwrap().count(&graph).total(), total, "{name}");
    }
}

/// Integers of the references that stand in no printed table.
#[test]
fn recomputed_totals() {
    type Set = &'static [(&'static str, &'static str)];
    let total = |name, variant, set: Set, convention: &str| {
        let graph = Model::Network { name, variant, set, side: None }.graph().unwrap().unwrap();
        conventions::find(convention).unwrap().count(&graph).total()
    };
    let parts: [(Set, u64); 5] = [
        (&[("part", "1")], 126_018_176),
        (&[("part", "2")], 70_214_272),
        (&[("part", "4")], 42_312_320),
        (&[("part", "8")], 28_361_344),
        (&[("part", "16")], 21_385_856),
    ];
    for (set, r_model) in parts {
        assert_eq!(total("resnet56_cifar_a", Some("hetconv"), set, "hetconv"), r_model, "{set:?}");
    }
    // Five labels of one network: VGG-16 for CIFAR-10.
    assert_eq!(total("vgg16_cifar", None, &[], "macs"), 313_463_808);
    assert_eq!(total("vgg16_cifar", None, &[], "torchsummaryx"), 313_468_544);
    assert_eq!(total("vgg16_cifar", None, &[], "hetconv"), 313_740_288);
    assert_eq!(total("vgg16_cifar", None, &[], "thop-2019"), 314_904_576);
    assert_eq!(total("vgg16_cifar_beside_p1", None, &[], "thop-2019"), 349_507_584);
    assert_eq!(total("vgg16_cifar", Some("hetconv"), &[("part", "512")], "hetconv"), 38_418_158);
    // 16.1880M and 11.1745M with activations as functions.
    assert_eq!(total("resnet20_cifar_a", Some("spconv"), &[("alpha", "0.5")], "torchstat"), 16_188_032);
    assert_eq!(total("resnet20_cifar_a", Some("spconv"), &[("alpha", "0.25")], "torchstat"), 11_174_528);
    // CondenseNet on ImageNet before half of its last layer is cut.
    assert_eq!(total("condensenet74_c4", None, &[], "condensenet"), 530_360_264);
    assert_eq!(total("condensenet74_c8", None, &[], "condensenet"), 275_265_480);
    // CondenseNetV2 without anything that belongs to squeeze and excitation.
    for (name, millions) in [("condensenet_v2_a", 45.649), ("condensenet_v2_c", 308.677)] {
        let graph = Model::Network { name, variant: None, set: &[], side: None }.graph().unwrap().unwrap();
        let count = conventions::find("condensenetv2").unwrap().count(&graph);
        let excitation = |name: &str| name.contains(".se.") || name.contains(".se_last.");
        let kept = graph.iter().filter(|(_, node)| !excitation(&node.name));
        let sum: f64 = kept.map(|(id, _)| count.nodes[id.index()].amount().value()).sum();
        assert!((sum / 1e6 - millions).abs() < 0.000_51, "{name}: {sum}");
    }
}

#[test]
fn tools_about_themselves() {
    verdicts("tools", &["n", "n", "r", "r", "r", "r", "n", "n", "n"]);
    verdicts("condensenet-v2-coco", &["n", "r", "n", "r", "t", "n", "r"]);
}

#[test]
fn every_figure_is_read_has_words_and_a_verdict() {
    let mut cells = 0;
    for table in ALL {
        let audit = audit(table).unwrap_or_else(|e| panic!("{}: {e}", table.name));
        let mut labels = BTreeMap::new();
        for row in &audit.rows {
            assert!(
                labels.insert(row.row.label, ()).is_none(),
                "{}: {} stands twice",
                table.name,
                row.row.label
            );
            let mut keys: Vec<String> = row.row.note.iter().map(|&k| k.to_owned()).collect();
            if let Model::Citation(key) = row.row.model {
                keys.push(key.to_owned());
            }
            for c in &row.cells {
                let place = format!("{}: {} {}", table.name, row.row.label, c.cell.printed);
                assert!(Printed::parse(c.cell.printed).is_some(), "{place} cannot be read");
                assert_ne!(c.verdict, Verdict::Differs, "{place}: {:?}", c.recomputed);
                if let Quantity::Count { convention, .. } = c.cell.quantity {
                    assert!(c.convention.is_some(), "{place}: no convention {convention}");
                }
                // A reason stands only where it is needed.
                if c.cell.reason.is_some() {
                    assert!(!c.verdict.follows(), "{place} follows and has a reason why not");
                }
                keys.extend([c.cell.quantity.key(), c.verdict.key()]);
                keys.extend(c.verdict.reason().map(str::to_owned));
                cells += 1;
            }
            for key in keys {
                Lang::ALL.iter().for_each(|&lang| assert!(has(lang, &key), "{lang:?}: {key}"));
            }
        }
    }
    for status in Status::ALL {
        Lang::ALL.iter().for_each(|&lang| assert!(has(lang, &status.key()), "{lang:?}: {status:?}"));
    }
    assert!(cells > 155, "only {cells} figures");
}

#[test]
fn an_unknown_table_gets_the_most_similar_one() {
    let error = find("spconv vgg").expect_err("no such table");
    assert_eq!(error.similar, "spconv-vgg16");
    assert!(error.to_string().contains("condensenet-v2"));
}
