//! Every shader parses, validates, fits WebGPU's default limits and agrees with the table of
//! kernels. Needs no adapter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use convscope::exec::wgpu::{GpuContext, Kernel};
use wgpu::naga::back::pipeline_constants::process_overrides;
use wgpu::naga::front::wgsl;
use wgpu::naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use wgpu::naga::{AddressSpace, Module, ShaderStage, StorageAccess};

/// Workgroup memory, storage buffers and invocations that every WebGPU device has.
const WORKGROUP_BYTES: u32 = 16 << 10;
const STORAGE_BUFFERS: usize = 8;
const INVOCATIONS: u32 = 256;

fn shader_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders")
}

/// Every `.wgsl` below `shaders/`, by its path there.
fn files() -> BTreeMap<String, String> {
    let (root, mut files) = (shader_dir(), BTreeMap::new());
    let mut dirs = vec![root.clone()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).expect("shaders are listed") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "wgsl") {
                let name = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).expect("shader is read"));
            }
        }
    }
    files
}

/// The file behind the common files that its first line names: `// uses: common/grid.wgsl`.
fn joined(files: &BTreeMap<String, String>, name: &str) -> Result<String, String> {
    let text = &files[name];
    let uses = text.lines().next().and_then(|l| l.strip_prefix("// uses: ")).unwrap_or_default();
    let mut source = String::new();
    for common in uses.split_whitespace() {
        source += files.get(common).ok_or_else(|| format!("{name}: no file {common}"))?;
    }
    Ok(source + text)
}

/// Parsed and validated with what a browser has: no native extensions. Subgroups are an option there too.
fn validated(name: &str, source: &str) -> Result<(Module, ModuleInfo), String> {
    let module = wgsl::parse_str(source).map_err(|e| e.emit_to_string_with_path(source, name))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::SUBGROUP)
        .validate(&module)
        .map_err(|e| e.emit_to_string_with_path(source, name))?;
    Ok((module, info))
}

#[test]
fn every_file_is_valid_web_wgsl() {
    let files = files();
    assert!(files.len() > 12, "found only {:?}", files.keys());
    let check = |name: &String| joined(&files, name).and_then(|source| validated(name, &source)).err();
    let failures: Vec<String> = files.keys().filter_map(check).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_table_has_every_kernel_and_joins_it_as_its_header_says() {
    let files = files();
    let kernels: BTreeMap<_, _> =
        Kernel::all().into_iter().map(|k| (k.spec().file, k.spec().source)).collect();
    let mut failures = Vec::new();
    for name in files.keys().filter(|n| !n.starts_with("common/") && !n.starts_with("display")) {
        match kernels.get(name.as_str()) {
            None => failures.push(format!("{name}: no kernel of the table uses it")),
            Some(source) if Ok(*source) != joined(&files, name).as_deref() => {
                failures.push(format!("{name}: joined otherwise than its first line says"));
            }
            Some(_) => {}
        }
        for part in ["// y[", "Rust twin:"] {
            if !files[name].contains(part) {
                failures.push(format!("{name}: the header lacks `{part}`"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Bindings as the table says, and sizes inside WebGPU's default limits, with the overrides set.
#[test]
fn bindings_and_sizes_fit_every_webgpu_device() {
    let failures: Vec<String> = Kernel::all().into_iter().filter_map(|k| check_kernel(k).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check_kernel(kernel: Kernel) -> Result<(), String> {
    let spec = kernel.spec();
    let fail = |what: String| Err(format!("{kernel:?}: {what}"));
    let (module, info) = validated(spec.file, spec.source)?;
    let constants = spec.constants.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    let stage = Some((ShaderStage::Compute, spec.entry));
    let (module, info) =
        process_overrides(&module, &info, stage, &constants).map_err(|e| format!("{kernel:?}: {e}"))?;
    let entry = module.entry_points.iter().position(|e| e.name == spec.entry).expect("entry point");
    let threads: u32 = module.entry_points[entry].workgroup_size.iter().product();
    if threads > INVOCATIONS {
        return fail(format!("{threads} invocations"));
    }

    let used = info.get_entry_point(entry);
    let (mut storage, mut workgroup_bytes) = (0, 0);
    for (handle, variable) in module.global_variables.iter() {
        if used[handle].is_empty() {
            continue;
        }
        let binding = variable.binding.map(|b| (b.group, b.binding));
        match variable.space {
            AddressSpace::Uniform if binding != Some((0, 0)) => {
                return fail(format!("uniform at {binding:?}"));
            }
            AddressSpace::Uniform => {}
            AddressSpace::Storage { access } => {
                storage += 1;
                let writes = access.contains(StorageAccess::STORE);
                let fits = |b: u32| if writes { b == spec.reads + 1 } else { (1..=spec.reads).contains(&b) };
                if !binding.is_some_and(|(group, b)| group == 0 && fits(b)) {
                    return fail(format!("{:?} at {binding:?}", variable.name));
                }
            }
            AddressSpace::WorkGroup => {
                let size = module.types[variable.ty].inner.size(module.to_ctx());
                workgroup_bytes += size.next_multiple_of(16);
            }
            space => return fail(format!("{:?} in {space:?}", variable.name)),
        }
    }
    if storage != spec.reads as usize + 1 || storage > STORAGE_BUFFERS {
        return fail(format!("{storage} storage buffers, the table says {}", spec.reads + 1));
    }
    if workgroup_bytes > WORKGROUP_BYTES {
        return fail(format!("{workgroup_bytes} bytes of workgroup memory"));
    }
    Ok(())
}

#[test]
fn pipelines_build_at_default_limits() {
    let noop = GpuContext::noop();
    let failures: Vec<String> = Kernel::all()
        .into_iter()
        .filter_map(|k| noop.pipeline(k).err().map(|e| format!("{k:?}: {e}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
