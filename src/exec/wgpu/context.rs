//! A device, what is known about it, and the pipelines compiled on it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ::wgpu::{
    Adapter, AdapterInfo, Backends, BindGroupLayout, ComputePipeline, Device, DeviceType, ErrorFilter,
    Features, Instance, InstanceDescriptor, Limits, Queue,
};

use super::cache::StepCache;
use super::conv::Target;
use super::kernels::{Kernel, KernelSpec};
use super::wait::block_on;
use crate::exec::ExecError;

/// A graphics adapter of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterSummary {
    /// The driver's name of it.
    pub name: String,
    /// `Vulkan`, `Metal` or `Dx12`.
    pub backend: String,
    /// `discrete GPU`, `integrated GPU`, `virtual GPU`, `software` or `other`.
    pub kind: &'static str,
    /// Whether the CPU does the work.
    pub is_software: bool,
}

impl AdapterSummary {
    fn new(info: &AdapterInfo) -> Self {
        let is_software = is_software(info);
        Self {
            name: info.name.clone(),
            backend: format!("{:?}", info.backend),
            kind: match info.device_type {
                _ if is_software => "software",
                DeviceType::DiscreteGpu => "discrete GPU",
                DeviceType::IntegratedGpu => "integrated GPU",
                DeviceType::VirtualGpu => "virtual GPU",
                DeviceType::Cpu | DeviceType::Other => "other",
            },
            is_software,
        }
    }
}

/// The adapters of this machine that can run compute shaders; none if there is no driver.
pub fn adapters() -> Vec<AdapterSummary> {
    compute_adapters().iter().map(|a| AdapterSummary::new(&a.get_info())).collect()
}

fn compute_adapters() -> Vec<Adapter> {
    // OpenGL is left out: it lists the same cards again, with fewer abilities.
    let descriptor = InstanceDescriptor {
        backends: Backends::PRIMARY,
        ..InstanceDescriptor::new_without_display_handle()
    };
    let instance = Instance::new(descriptor);
    let mut found = block_on(instance.enumerate_adapters(Backends::PRIMARY));
    found.retain(|a| a.get_downlevel_capabilities().flags.contains(::wgpu::DownlevelFlags::COMPUTE_SHADERS));
    found
}

fn is_software(info: &AdapterInfo) -> bool {
    // Microsoft's software adapter calls itself "Basic Render Driver" and not always a CPU.
    info.device_type == DeviceType::Cpu || info.name.contains("Basic Render Driver")
}

#[derive(Debug)]
struct Inner {
    device: Device,
    queue: Queue,
    info: AdapterInfo,
    limits: Limits,
    has_timestamps: bool,
    /// Whether somebody else draws with it.
    is_shared: bool,
    pipelines: Mutex<HashMap<Kernel, ComputePipeline>>,
    /// By number of read-only buffers.
    layouts: Mutex<HashMap<u32, BindGroupLayout>>,
    steps: Mutex<StepCache>,
    /// Why the device was lost. Set only for devices of our own: a shared one has one callback,
    /// which belongs to its owner.
    lost: Arc<OnceLock<String>>,
}

/// A device with its queue and compiled pipelines. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct GpuContext(Arc<Inner>);

impl GpuContext {
    /// Opens a device of our own, for the command line and for measurements. A discrete GPU is
    /// preferred to an integrated one, any GPU to a software adapter; with `software` set only
    /// software adapters (`true`) or only hardware (`false`) are considered.
    ///
    /// # Errors
    /// [`ExecError::NoDevice`] if there is none or it does not open.
    pub fn own(software: Option<bool>) -> Result<Self, ExecError> {
        let rank = |info: &AdapterInfo| match info.device_type {
            _ if is_software(info) => 4,
            DeviceType::DiscreteGpu => 0,
            DeviceType::IntegratedGpu => 1,
            DeviceType::VirtualGpu => 2,
            DeviceType::Cpu | DeviceType::Other => 3,
        };
        let wanted = |a: &Adapter| software.is_none_or(|s| s == is_software(&a.get_info()));
        let adapter = compute_adapters().into_iter().filter(wanted).min_by_key(|a| rank(&a.get_info()));
        let kind = match software {
            Some(true) => "software adapter",
            Some(false) => "GPU",
            None => "GPU or software adapter",
        };
        let missing = || ExecError::NoDevice(format!("no {kind} with compute shaders was found"));
        Self::open(&adapter.ok_or_else(missing)?)
    }

    fn open(adapter: &Adapter) -> Result<Self, ExecError> {
        let descriptor = Self::device_descriptor(adapter);
        let info = adapter.get_info();
        let (device, queue) = block_on(adapter.request_device(&descriptor))
            .map_err(|e| ExecError::NoDevice(format!("{}: {e}", info.name)))?;
        // Errors outside our scopes would otherwise end the process.
        device.on_uncaptured_error(Arc::new(|e| log::error!("wgpu: {e}")));
        let context = Self::from_parts(info, device, queue, false);
        let lost = Arc::clone(&context.0.lost);
        context.0.device.set_device_lost_callback(move |reason, message| {
            // Only the first reason counts.
            let _first = lost.set(format!("the device was lost ({reason:?}): {message}"));
        });
        Ok(context)
    }

    /// What we ask of an adapter: timestamps and subgroups where it has them, and large buffers. An adapter that
    /// cannot do what WebGPU's defaults say is asked for what it has, to draw the window at least.
    pub fn device_descriptor(adapter: &Adapter) -> ::wgpu::DeviceDescriptor<'static> {
        let (available, defaults) = (adapter.limits(), Limits::default());
        let required_limits = if defaults.check_limits(&available) {
            Limits {
                max_buffer_size: available.max_buffer_size.max(defaults.max_buffer_size),
                max_storage_buffer_binding_size: available
                    .max_storage_buffer_binding_size
                    .max(defaults.max_storage_buffer_binding_size),
                ..defaults
            }
        } else {
            available
        };
        ::wgpu::DeviceDescriptor {
            label: Some("convscope"),
            required_features: adapter.features() & (Features::TIMESTAMP_QUERY | Features::SUBGROUP),
            required_limits,
            ..Default::default()
        }
    }

    /// Uses a device that somebody else opened, such as the window's.
    pub fn from_existing(adapter: &Adapter, device: Device, queue: Queue) -> Self {
        Self::from_parts(adapter.get_info(), device, queue, true)
    }

    pub(super) fn from_parts(info: AdapterInfo, device: Device, queue: Queue, is_shared: bool) -> Self {
        Self(Arc::new(Inner {
            info,
            limits: device.limits(),
            has_timestamps: device.features().contains(Features::TIMESTAMP_QUERY),
            is_shared,
            device,
            queue,
            pipelines: Mutex::default(),
            layouts: Mutex::default(),
            steps: Mutex::default(),
            lost: Arc::default(),
        }))
    }

    /// A device that checks everything and computes nothing: for tests of shaders and layouts.
    pub fn noop() -> Self {
        let features = Features::SUBGROUP;
        let descriptor = ::wgpu::DeviceDescriptor { required_features: features, ..Default::default() };
        let (device, queue) = Device::noop(&descriptor);
        Self::from_parts(device.adapter_info(), device, queue, false)
    }

    /// The device.
    pub fn device(&self) -> &Device {
        &self.0.device
    }

    /// Its queue.
    pub fn queue(&self) -> &Queue {
        &self.0.queue
    }

    /// What the driver says about the adapter.
    pub fn adapter_info(&self) -> &AdapterInfo {
        &self.0.info
    }

    /// The device's limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whether the device measures its own times.
    pub fn has_timestamps(&self) -> bool {
        self.0.has_timestamps && !self.is_timed_by_host()
    }

    /// Whether the host times each step, which is then submitted by itself. With a processor that draws as
    /// well: once llvmpipe has drawn, its timestamps wait for what is drawn next while computing goes on.
    pub fn is_timed_by_host(&self) -> bool {
        self.0.is_shared && self.is_software()
    }

    /// Whether the CPU does the work: such times say nothing about a GPU.
    pub fn is_software(&self) -> bool {
        is_software(&self.0.info)
    }

    /// What kernels are chosen for.
    pub(super) fn target(&self) -> Target {
        if self.is_software() { Target::Software { subgroups: self.has_subgroups() } } else { Target::Gpu }
    }

    /// Whether threads can read each other's registers.
    pub fn has_subgroups(&self) -> bool {
        self.0.device.features().contains(Features::SUBGROUP)
    }

    /// `llvmpipe (LLVM 15.0.6, 256 bits) - software rendering, Vulkan`, or `NVIDIA ..., Vulkan`.
    pub fn describe(&self) -> String {
        let AdapterSummary { name, backend, is_software, .. } = AdapterSummary::new(&self.0.info);
        format!("{name}{}, {backend}", if is_software { " - software rendering" } else { "" })
    }

    /// Why the device was lost, if it is known to be.
    pub(super) fn lost_reason(&self) -> Option<String> {
        self.0.lost.get().cloned()
    }

    /// The prepared nodes of earlier plans.
    pub(super) fn step_cache(&self) -> MutexGuard<'_, StepCache> {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` and turns whatever the device finds wrong with it into an error of `node`.
    ///
    /// # Errors
    /// Invalid use, lack of memory or a failure of the driver.
    pub(super) fn guarded<T>(&self, node: &str, work: impl FnOnce() -> T) -> Result<T, ExecError> {
        let filters = [ErrorFilter::Internal, ErrorFilter::OutOfMemory, ErrorFilter::Validation];
        let mut scopes = filters.map(|filter| Some(self.0.device.push_error_scope(filter)));
        let result = work();
        // Scopes nest: the last one opened is closed first.
        let caught: Vec<_> =
            scopes.iter_mut().rev().filter_map(Option::take).map(|scope| block_on(scope.pop())).collect();
        if let Some(cause) = self.lost_reason() {
            return Err(ExecError::Device { node: node.to_owned(), cause });
        }
        match caught.into_iter().flatten().next() {
            None => Ok(result),
            Some(e) => Err(ExecError::Device { node: node.to_owned(), cause: e.to_string() }),
        }
    }

    /// The pipeline of a kernel, built on first use.
    ///
    /// # Errors
    /// If the device refuses it.
    pub fn pipeline(&self, kernel: Kernel) -> Result<ComputePipeline, ExecError> {
        let mut pipelines = self.0.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(&kernel) {
            return Ok(pipeline.clone());
        }
        let spec = kernel.spec();
        let pipeline = self.guarded(spec.file, || self.build(&spec))?;
        pipelines.insert(kernel, pipeline.clone());
        Ok(pipeline)
    }

    fn build(&self, spec: &KernelSpec) -> ComputePipeline {
        let device = &self.0.device;
        let module = device.create_shader_module(::wgpu::ShaderModuleDescriptor {
            label: Some(spec.file),
            source: ::wgpu::ShaderSource::Wgsl(spec.source.into()),
        });
        let layout = device.create_pipeline_layout(&::wgpu::PipelineLayoutDescriptor {
            label: Some(spec.file),
            bind_group_layouts: &[Some(&self.bind_layout(spec.reads))],
            immediate_size: 0,
        });
        device.create_compute_pipeline(&::wgpu::ComputePipelineDescriptor {
            label: Some(spec.file),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(spec.entry),
            compilation_options: ::wgpu::PipelineCompilationOptions {
                constants: &spec.constants,
                // Every kernel writes its workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        })
    }

    /// Bindings: 0 the uniform, `1 ..= reads` read-only storage, then the result.
    pub(super) fn bind_layout(&self, reads: u32) -> BindGroupLayout {
        use ::wgpu::{BindGroupLayoutEntry, BindingType, BufferBindingType, ShaderStages};
        let mut layouts = self.0.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        let build = || {
            let entry = |binding, ty| BindGroupLayoutEntry {
                binding,
                visibility: ShaderStages::COMPUTE,
                ty: BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            };
            let mut entries = vec![entry(0, BufferBindingType::Uniform)];
            entries.extend((1..=reads).map(|b| entry(b, BufferBindingType::Storage { read_only: true })));
            entries.push(entry(reads + 1, BufferBindingType::Storage { read_only: false }));
            self.0.device.create_bind_group_layout(&::wgpu::BindGroupLayoutDescriptor {
                label: Some("kernel"),
                entries: &entries,
            })
        };
        layouts.entry(reads).or_insert_with(build).clone()
    }
}
