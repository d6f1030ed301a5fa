//! What the GPU needs to draw maps: pipeline, colour tables, buffers, one draw call per grid.

use std::sync::OnceLock;

use eframe::egui;
use eframe::egui_wgpu::{CallbackResources, CallbackTrait, RenderState};
use wgpu::util::DeviceExt as _;

use crate::app::Maps;
use crate::exec::Value;
use crate::figure::colour_maps::{ColourMap, ENTRIES};

/// How many maps keep their buffers.
const KEPT: usize = 6;

/// Pipeline and colour tables; made once.
struct Painter {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    tables: [wgpu::Buffer; 2],
    srgb_target: bool,
}

impl Painter {
    fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("display_maps"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../../shaders/display_maps.wgsl").into()),
        });
        let buffer = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let read = wgpu::BufferBindingType::Storage { read_only: true };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("display_maps"),
            entries: &[
                buffer(0, wgpu::BufferBindingType::Uniform),
                buffer(1, read),
                buffer(2, read),
                buffer(3, read),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("display_maps"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("display_maps"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("vertex"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &shader,
                entry_point: Some("fragment"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(target.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let tables = [ColourMap::Sequential, ColourMap::Diverging].map(|map| {
            let entry = |i: usize| {
                let [r, g, b] = map.at(i as f32 / (ENTRIES - 1) as f32).map(|c| f32::from(c) / 255.0);
                [r, g, b, 1.0_f32]
            };
            let table: Vec<[f32; 4]> = (0..ENTRIES).map(entry).collect();
            storage(device, bytemuck::cast_slice(&table))
        });
        Self { pipeline, layout, tables, srgb_target: target.is_srgb() }
    }
}

fn storage(device: &wgpu::Device, contents: &[u8]) -> wgpu::Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("maps"),
        contents,
        usage: wgpu::BufferUsages::STORAGE,
    })
}

/// Buffers of the maps that are or were just on the screen.
pub struct MapStore {
    state: RenderState,
    kept: Vec<(u64, Buffers)>,
}

#[derive(Clone)]
pub(super) struct Buffers {
    values: wgpu::Buffer,
    ranges: wgpu::Buffer,
}

impl MapStore {
    /// Makes the pipeline on the window's device.
    pub fn new(state: RenderState) -> Self {
        let painter = Painter::new(&state.device, state.target_format);
        state.renderer.write().callback_resources.insert(painter);
        Self { state, kept: Vec::new() }
    }

    /// The buffers of these maps. Values in host memory are copied to the device once; values on the
    /// device stay where they are.
    pub(super) fn buffers(&mut self, maps: &Maps) -> Buffers {
        if let Some((_, buffers)) = self.kept.iter().find(|(id, _)| *id == maps.id) {
            return buffers.clone();
        }
        let values = match &maps.value {
            Value::Host(tensor) => storage(&self.state.device, bytemuck::cast_slice(tensor.data())),
            Value::Device { buffer, .. } => buffer.clone(),
        };
        let ranges: Vec<[f32; 2]> = maps.ranges.channels.iter().map(|r| [r.min, r.max]).collect();
        let ranges = storage(&self.state.device, bytemuck::cast_slice(&ranges));
        let buffers = Buffers { values, ranges };
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push((maps.id, buffers.clone()));
        buffers
    }
}

/// The layout of `View` in the shader.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ViewUniform {
    pub(super) rect_min: [f32; 2],
    pub(super) pixels_per_point: f32,
    pub(super) zoom: f32,
    pub(super) pan: [f32; 2],
    pub(super) cell: [f32; 2],
    pub(super) gap: f32,
    pub(super) columns: u32,
    pub(super) channels: u32,
    pub(super) first_channel: u32,
    pub(super) map_width: u32,
    pub(super) map_height: u32,
    pub(super) per_channel: u32,
    pub(super) diverging: u32,
    pub(super) range: [f32; 2],
    pub(super) srgb_target: u32,
    pub(super) opacity: f32,
    pub(super) background: [f32; 4],
}

/// One grid in one frame.
pub(super) struct Draw {
    pub(super) buffers: Buffers,
    pub(super) uniform: ViewUniform,
    pub(super) map: ColourMap,
    pub(super) group: OnceLock<wgpu::BindGroup>,
}

impl CallbackTrait for Draw {
    fn prepare(
        &self,
        device: &wgpu::Device,
        _: &wgpu::Queue,
        _: &eframe::egui_wgpu::ScreenDescriptor,
        _: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(painter) = resources.get::<Painter>() else { return Vec::new() };
        let uniform = ViewUniform { srgb_target: u32::from(painter.srgb_target), ..self.uniform };
        let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("display_maps view"),
            contents: bytemuck::bytes_of(&uniform),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let table = &painter.tables[usize::from(self.map == ColourMap::Diverging)];
        let buffers = [&uniform, &self.buffers.values, &self.buffers.ranges, table];
        let entries: Vec<_> = buffers
            .iter()
            .enumerate()
            .map(|(i, b)| wgpu::BindGroupEntry { binding: i as u32, resource: b.as_entire_binding() })
            .collect();
        self.group.get_or_init(|| {
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("display_maps"),
                layout: &painter.layout,
                entries: &entries,
            })
        });
        Vec::new()
    }

    fn paint(
        &self,
        _: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let (Some(painter), Some(group)) = (resources.get::<Painter>(), self.group.get()) {
            pass.set_pipeline(&painter.pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}
