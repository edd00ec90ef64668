# Compiles each family of native/ once for each instruction set (ISA), with that ISA's flags on those files alone: the
# module's own code stays at the baseline, so that it starts on any processor and chooses there.

include(CheckCSourceCompiles)

# Flags of every C file: results must not depend on the ISA, so no contraction of a*b+c into an FMA.
function(fastcore_compile_options target)
    if(MSVC)
        target_compile_options(${target} PRIVATE /O2 /fp:precise /utf-8)
    else()
        target_compile_options(${target} PRIVATE -O3 -ffp-contract=off -fno-math-errno)
    endif()
    if(FASTCORE_SANITIZE)
        set(sanitizers
            -fsanitize=address,undefined
            -fno-sanitize-recover=undefined
            -fno-omit-frame-pointer
            -O1 # with -O3 and -g the module alone takes gcc seven minutes
            -g1
        )
        target_compile_options(${target} PRIVATE ${sanitizers})
        target_link_options(${target} PRIVATE ${sanitizers})
    endif()
endfunction()

# Adds to `variants` the ISA `name` if the compiler takes its flags and its intrinsics.
macro(fastcore_probe_isa name flags_gnu flags_msvc source)
    if(MSVC)
        set(FASTCORE_FLAGS_${name} ${flags_msvc})
    else()
        set(FASTCORE_FLAGS_${name} ${flags_gnu})
    endif()
    set(CMAKE_REQUIRED_FLAGS "${FASTCORE_FLAGS_${name}}")
    check_c_source_compiles("${source}" FASTCORE_HAVE_${name})
    unset(CMAKE_REQUIRED_FLAGS)
    if(FASTCORE_HAVE_${name})
        list(APPEND variants ${name})
    endif()
endmacro()

# Links into `target` every family named, compiled for every ISA that this compiler can build.
function(fastcore_add_families target)
    set(variants base)
    set(FASTCORE_FLAGS_base "")
    if(
        CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$"
        AND NOT CMAKE_OSX_ARCHITECTURES MATCHES "arm64"
    )
        if(NOT MSVC)
            set(FASTCORE_FLAGS_base "-march=x86-64-v2")
        endif()
        fastcore_probe_isa(
            avx2
            "-march=x86-64-v3"
            "/arch:AVX2"
            "#include <immintrin.h>
            int main(void) { return _mm256_movemask_pd(_mm256_fmadd_pd(_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd())); }"
        )
        fastcore_probe_isa(
            avx512
            "-march=x86-64-v4"
            "/arch:AVX512"
            "#include <immintrin.h>
            int main(void) { return (int)_mm512_movepi8_mask(_mm512_setzero_si512()); }"
        )
    endif()

    foreach(isa IN LISTS variants)
        string(TOUPPER ${isa} isa_upper)
        target_compile_definitions(${target} PRIVATE FC_HAVE_${isa_upper})
        foreach(family IN LISTS ARGN)
            set(object fastcore_${family}_${isa})
            # A family is one file, or a folder of them.
            file(
                GLOB sources
                CONFIGURE_DEPENDS
                ${CMAKE_CURRENT_SOURCE_DIR}/src/fastcore/native/${family}.c
                ${CMAKE_CURRENT_SOURCE_DIR}/src/fastcore/native/${family}/*.c
            )
            add_library(${object} OBJECT ${sources})
            target_include_directories(${object} PRIVATE src/fastcore/native)
            target_compile_definitions(${object} PRIVATE FC_ISA=${isa} FC_ISA_${isa_upper})
            fastcore_compile_options(${object})
            target_compile_options(${object} PRIVATE ${FASTCORE_FLAGS_${isa}})
            target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
        endforeach()
    endforeach()
endfunction()
