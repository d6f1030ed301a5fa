//! What is on the screen as files. Everything here may take a while and belongs on a thread of its own.

use std::sync::Arc;

use super::bench::{BenchChoice, BenchPicture, BenchPlace};
use super::choice::Page;
use super::insight::InsightScene;
use super::networks::{
    NetworkTimes, NetworksScene, Section, audit_table, chart, networks_recipe, networks_table,
};
use super::prefs::Preferences;
use super::scene::{LayerMaps, Run, SwapRun};
use super::state::App;
use super::study::StudyScene;
use super::trace::{Subject, TraceScene};
use crate::cost::published::Audit;
use crate::exec::backend::Backend;
use crate::figure::png::{self, PngError};
use crate::figure::recipe::{
    APP, COUNTING, Computed, ImageId, Look, ModelId, OperatorId, Picture, Replacement, WeightsFrom,
};
use crate::figure::table::Table;
use crate::figure::{
    self, Area, Colours, MapsSheet, PictureFormat, Raster, Recipe, Scale, Scene, Source, bench_table,
    cost_table, terms_table,
};
use crate::graph::Origin;
use crate::text::{Lang, tr};
use crate::variants::Settings;

/// Pixels to the point in exported pictures: sharp on a projector and in print.
const PIXELS_PER_POINT: f32 = 2.0;
/// Size of a sheet of maps, in points.
const SHEET: [f32; 2] = [1200.0, 800.0];

/// Pixels of the window.
#[derive(Clone)]
pub struct Screen {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Three bytes per pixel, row by row.
    pub rgb: Vec<u8>,
}

/// What is exported.
#[derive(Clone)]
enum Content {
    Figure(Arc<StudyScene>),
    Maps(Arc<LayerMaps>),
    Terms(Arc<TraceScene>, Source),
    Insight(Arc<InsightScene>),
    Bench(Arc<BenchShown>),
    Networks(Arc<NetworksScene>, Option<Arc<NetworkTimes>>),
    Published(Arc<Audit>),
    Page,
}

/// Page Bench as it is now.
struct BenchShown {
    choice: BenchChoice,
    /// The layer, or none for a shape.
    layer: Option<String>,
    operators: Vec<(String, Settings)>,
    scene: Arc<Scene>,
    table: Table,
    /// Of the measurement that the picture shows, else of the network's run.
    device: Option<(Backend, String)>,
    weights: WeightsFrom,
}

/// Something on the screen that can be written to a file, as it is now.
#[derive(Clone)]
pub struct Draft {
    run: Arc<Run>,
    content: Content,
    page: &'static str,
    prefs: Preferences,
    dark: bool,
    channel: Option<usize>,
    pixel: Option<(usize, usize)>,
}

/// `64x56x56` for a shape.
fn place_name(choice: &BenchChoice) -> String {
    match choice.place {
        BenchPlace::Shape { channels, side } => format!("{channels}x{side}x{side}"),
        BenchPlace::Layer => String::new(),
    }
}

impl App {
    fn draft(&self, content: Content, dark: bool) -> Option<Draft> {
        let choice = self.choice();
        Some(Draft {
            run: Arc::clone(self.run()?),
            content,
            page: choice.page.name(),
            prefs: self.prefs.clone(),
            dark,
            channel: choice.channel,
            pixel: choice.pixel,
        })
    }

    /// The picture of the operator's page; none while another network or photo is on its way.
    pub fn figure_draft(&self, dark: bool) -> Option<Draft> {
        let study = self.study().filter(|s| self.run().is_some_and(|run| run.key == s.key.run))?;
        self.draft(Content::Figure(Arc::clone(study)), dark)
    }

    /// What the traced pixel was computed from, while one is traced.
    pub fn terms_draft(&self, dark: bool) -> Option<Draft> {
        let trace = self.trace().filter(|_| !self.trace_is_stale())?;
        let source = match &trace.key.subject {
            Subject::Network(_) | Subject::Swapped(_) => Source::Layer(trace.name.clone()),
            Subject::Study(run) => {
                let study = self.study().filter(|study| Arc::ptr_eq(&study.run, run))?;
                study.key.layer.clone().map_or(Source::Photo, Source::Layer)
            }
        };
        self.draft(Content::Terms(Arc::clone(trace), source), dark)
    }

    /// The maps of the chosen layer, with those of the swap beside them while there is one.
    pub fn maps_draft(&self, dark: bool) -> Option<Draft> {
        let maps = self.maps()?;
        let draft = self.draft(Content::Maps(Arc::clone(maps)), dark)?;
        Some(Draft { run: Arc::clone(&maps.run), ..draft })
    }

    /// The picture of the view of the chosen layer; none while another layer or photo is on its way.
    pub fn insight_draft(&self, dark: bool) -> Option<Draft> {
        let insight = self.insight().filter(|_| !self.insight_is_stale())?;
        self.draft(Content::Insight(Arc::clone(insight)), dark)
    }

    /// Picture and table of page Bench; none while another layer, photo or setting is on its way.
    pub fn bench_draft(&self, dark: bool) -> Option<Draft> {
        let (page, scene) = (self.bench().filter(|_| !self.bench_is_stale())?, self.bench_picture()?);
        let choice = self.choice().bench.clone();
        let layer = self.bench_layer_name();
        let place = layer.clone().unwrap_or_else(|| place_name(&choice));
        let title =
            format!("Operators side by side: {place}, {} %, batch {}", choice.resolution, choice.batch);
        let shows_times = choice.picture == BenchPicture::Roofline;
        let device = self.bench_times(choice.backend).filter(|_| shows_times);
        let shown = BenchShown {
            operators: page.rows.iter().map(|r| (r.entry.variant.to_owned(), r.settings.clone())).collect(),
            scene: Arc::clone(scene),
            table: bench_table(title, &self.bench_lines()),
            device: device.map(|t| (choice.backend, t.device.clone())),
            weights: if layer.is_some() { WeightsFrom::Derived } else { WeightsFrom::Seeded },
            layer,
            choice,
        };
        self.draft(Content::Bench(Arc::new(shown)), dark)
    }

    /// What the page of whole networks shows: its networks, or the published table.
    pub fn networks_draft(&self, dark: bool) -> Option<Draft> {
        if self.choice().networks.section == Section::Published {
            return self.draft(Content::Published(Arc::clone(self.audit()?)), dark);
        }
        let scene = self.networks().filter(|_| !self.networks_are_stale())?;
        self.draft(Content::Networks(Arc::clone(scene), self.network_times().cloned()), dark)
    }

    /// Whether the page has a picture to write; a published table is none.
    pub fn has_picture(&self) -> bool {
        let choice = self.choice();
        choice.page != Page::Networks || choice.networks.section != Section::Published
    }

    /// The page with everything on it.
    pub fn page_draft(&self, dark: bool) -> Option<Draft> {
        self.draft(Content::Page, dark)
    }
}

impl Draft {
    /// How it was made. Hashes the photo.
    pub fn recipe(&self) -> Recipe {
        let device = self.run.trace.device.clone();
        let network = self.run.device.backend();
        let mut recipe = Recipe {
            app: APP.to_owned(),
            model: ModelId::of(&self.run.model.model),
            image: ImageId::of(&self.run.photo.photo),
            source: Source::Photo,
            channel: self.channel,
            pixel: self.pixel,
            picture: Picture::Page { name: self.page.to_owned() },
            look: Look {
                size: SHEET,
                pixels_per_point: PIXELS_PER_POINT,
                dark: self.dark,
                lang: self.prefs.lang,
                caption: self.prefs.caption,
            },
            computed: Computed { network, device, weights: self.run.model.model.origin().into() },
            counting: COUNTING.to_owned(),
        };
        match &self.content {
            Content::Page => {}
            Content::Bench(shown) => {
                if let Some(layer) = &shown.layer {
                    recipe.source = Source::Layer(layer.clone());
                }
                if let Some((backend, device)) = &shown.device {
                    recipe.computed.network = *backend;
                    recipe.computed.device.clone_from(device);
                }
                recipe.computed.weights = shown.weights;
                recipe.look.size = [shown.scene.width, shown.scene.height];
                recipe.picture = Picture::Bench {
                    picture: shown.choice.picture.name().to_owned(),
                    place: shown.layer.clone().unwrap_or_else(|| place_name(&shown.choice)),
                    resolution: shown.choice.resolution,
                    batch: shown.choice.batch,
                    operators: shown.operators.clone(),
                };
            }
            Content::Published(audit) => {
                recipe.look.caption = false;
                recipe.picture = Picture::Published { table: audit.table.name.to_owned() };
                (recipe.channel, recipe.pixel) = (None, None);
            }
            Content::Networks(networks, times) => {
                let convention = networks.convention;
                recipe.picture = networks_recipe(networks, times.as_deref());
                (recipe.channel, recipe.pixel) = (None, None);
                let measured = networks.networks.iter().find_map(|n| times.as_ref()?.of(&n.key));
                if let (Some(times), Some(measured)) = (times, measured) {
                    recipe.computed.device.clone_from(&times.device);
                    recipe.computed.weights = measured.weights.into();
                }
                recipe.counting = format!("{}: {}", convention.name, tr(Lang::En, &convention.key()));
            }
            Content::Maps(maps) => {
                recipe.source = Source::Layer(maps.run.model.model.graph.node(maps.node).name.clone());
                let swap = maps.swap.as_ref().filter(|_| maps.after.is_some());
                // Alone, a layer shares its scale with none.
                let scale = match self.prefs.scale {
                    Scale::Shared if swap.is_none() => Scale::Layer,
                    scale => scale,
                };
                if let Some(swap) = swap {
                    recipe.computed.weights = weights_of(swap);
                }
                let swap = swap.map(|swap| replacement(swap));
                recipe.picture = Picture::Maps { scale, colours: self.prefs.colours, swap };
                recipe.pixel = None;
            }
            Content::Terms(trace, source) => {
                let spot = trace.traced.spot;
                (recipe.channel, recipe.pixel) = (Some(spot.c), Some((spot.x, spot.y)));
                let (study, node, swap) = match &trace.key.subject {
                    Subject::Network(_) => (None, None, None),
                    Subject::Swapped(swap) => {
                        recipe.computed.weights = weights_of(swap);
                        (None, None, Some(replacement(swap)))
                    }
                    Subject::Study(run) => {
                        recipe.computed.weights = run.origin.into();
                        let (operator, settings) = (run.study.variant.to_owned(), run.study.settings.clone());
                        let own = trace.key.node == run.output();
                        let node = (!own).then(|| run.short_name(trace.key.node).to_owned());
                        (Some(OperatorId { operator, settings }), node, None)
                    }
                };
                recipe.source = source.clone();
                recipe.picture = Picture::Terms { study, node, swap };
            }
            Content::Insight(insight) => {
                recipe.source = Source::Layer(insight.layer().to_owned());
                recipe.picture = insight.recipe();
                recipe.look.size = insight.size();
                recipe.pixel = None;
            }
            Content::Figure(study) => {
                let (key, picture) = (&study.key, &study.picture);
                recipe.source = key.layer.clone().map_or(Source::Photo, Source::Layer);
                (recipe.channel, recipe.pixel) = (Some(picture.channel), picture.pixel);
                recipe.look.size = picture.room;
                recipe.look.lang = picture.lang;
                recipe.computed.weights = study.run.origin.into();
                recipe.picture = Picture::Figure {
                    figure: picture.figure.to_owned(),
                    operator: key.variant.to_owned(),
                    settings: study.run.study.settings.clone(),
                    knobs: picture.knobs.clone(),
                    node: picture.node.clone(),
                    scale: Scale::Channel,
                    colours: Colours::Auto,
                };
            }
        }
        recipe
    }

    /// A name for its file, without an ending.
    pub fn file_stem(&self) -> String {
        match &self.content {
            Content::Figure(study) => {
                let source = study.key.layer.as_deref().unwrap_or("photo").replace('/', "-");
                format!("{}-{}-{source}", study.key.variant, study.picture.figure)
            }
            Content::Maps(maps) => {
                let name = &maps.run.model.model.graph.node(maps.node).name;
                format!("maps-{}", name.replace('/', "-"))
            }
            Content::Terms(trace, _) => {
                let crate::picture::Spot { c, y, x, .. } = trace.traced.spot;
                format!("terms-{}-{c}-{y}-{x}", trace.name.replace('/', "-"))
            }
            Content::Insight(insight) => {
                format!("{}-{}", insight.view().name(), insight.layer().replace('/', "-"))
            }
            Content::Bench(shown) => {
                let place = shown.layer.clone().unwrap_or_else(|| place_name(&shown.choice));
                format!("bench-{}-{}", shown.choice.picture.name(), place.replace('/', "-"))
            }
            Content::Networks(networks, _) => format!("networks-{}", networks.convention.name),
            Content::Published(audit) => format!("published-{}", audit.table.name),
            Content::Page => format!("page-{}", self.page),
        }
    }

    fn scene(&self, recipe: &Recipe) -> Scene {
        match &self.content {
            Content::Figure(study) => (*study.scene).clone(),
            Content::Insight(insight) => (*insight.scene).clone(),
            Content::Bench(shown) => (*shown.scene).clone(),
            Content::Maps(maps) => {
                let (scale, colours) = match recipe.picture {
                    Picture::Maps { scale, colours, .. } => (scale, colours),
                    _ => Default::default(),
                };
                let name = &maps.run.model.model.graph.node(maps.node).name;
                let channel = recipe.channel;
                let sheet = MapsSheet { name, maps: &maps.before.host, scale, colours, channel };
                let Look { lang, size, .. } = recipe.look;
                match (&maps.swap, &maps.after) {
                    (Some(swap), Some(after)) => {
                        let name = tr(lang, &format!("op-{}", swap.choice.variant));
                        sheet.pair(&MapsSheet { name, maps: &after.host, ..sheet }, lang, size)
                    }
                    _ => sheet.draw(lang, size),
                }
            }
            Content::Networks(networks, times) => {
                chart(networks, times.as_deref(), recipe.look.lang, recipe.look.size)
            }
            Content::Terms(..) | Content::Published(_) | Content::Page => Scene::new(recipe.look.size),
        }
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// If it would have too many pixels.
    pub fn picture(&self, format: PictureFormat) -> Result<Vec<u8>, PngError> {
        let recipe = self.recipe();
        figure::picture(&self.scene(&recipe), &recipe, format)
    }

    /// Its pixels, for the clipboard.
    ///
    /// # Errors
    /// If there would be too many.
    pub fn pixels(&self) -> Result<Screen, PngError> {
        let recipe = self.recipe();
        let svg = figure::picture(&self.scene(&recipe), &recipe, PictureFormat::Svg)?;
        let (width, height, rgb) = png::pixels(&String::from_utf8_lossy(&svg), PIXELS_PER_POINT)?;
        Ok(Screen { width, height, rgb })
    }

    /// The window's pixels as a file with the recipe of the page; an SVG holds them as one image.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn page(
        &self,
        screen: &Screen,
        pixels_per_point: f32,
        format: PictureFormat,
    ) -> Result<Vec<u8>, PngError> {
        let mut recipe = self.recipe();
        recipe.look.pixels_per_point = pixels_per_point;
        recipe.look.caption = false;
        recipe.look.size = [screen.width, screen.height].map(|side| side as f32 / pixels_per_point);
        if format == PictureFormat::Png {
            return png::of_pixels(screen.width, screen.height, &screen.rgb, Some(&recipe.json()));
        }
        let [width, height] = recipe.look.size;
        let mut scene = Scene::new(recipe.look.size);
        let rgb = screen.rgb.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        let image = Raster { width: screen.width as usize, height: screen.height as usize, rgb };
        scene.image(Area::new(0.0, 0.0, width, height), image);
        figure::picture(&scene, &recipe, format)
    }

    /// What the operator costs, or the network, node by node; or the terms of the pixel.
    pub fn table(&self) -> Table {
        match &self.content {
            Content::Terms(trace, _) => {
                let names: Vec<String> = trace.operands.iter().map(|o| o.name.clone()).collect();
                terms_table(figure::terms_title(&trace.name, trace.traced.spot), &trace.traced, &names)
            }
            Content::Figure(study) => {
                let title = format!("Cost of {}, node by node", study.key.variant);
                cost_table(title, &study.run.graph, &study.run.cost)
            }
            Content::Bench(shown) => shown.table.clone(),
            Content::Networks(networks, times) => networks_table(networks, times.as_deref()),
            Content::Published(audit) => audit_table(audit),
            Content::Insight(insight) => insight.table(),
            Content::Maps(_) | Content::Page => {
                let model = &self.run.model;
                let title = format!("Cost of {}, node by node", model.model.manifest.name);
                cost_table(title, &model.model.graph, &model.cost)
            }
        }
    }
}

/// The operator in place of a layer, as recipes name it.
fn replacement(swap: &SwapRun) -> Replacement {
    let choice = &swap.choice;
    let by = OperatorId { operator: choice.variant.to_owned(), settings: choice.settings.clone() };
    Replacement { layer: choice.layer.clone(), by }
}

fn weights_of(swap: &SwapRun) -> WeightsFrom {
    if swap.base.model.model.origin() == Origin::Seeded {
        return WeightsFrom::Seeded;
    }
    if swap.choice.fit.is_some() { WeightsFrom::Fitted } else { WeightsFrom::Derived }
}
