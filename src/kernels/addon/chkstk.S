// Windows grows a stack page by page: before a function uses more than one, the compiler calls this to touch
// each. Elsewhere it is part of a C library.
    .text
#if defined(__x86_64__)
// In: rax, the size in bytes. Keeps all registers.
    .globl ___chkstk_ms
___chkstk_ms:
    push %rcx
    push %rax
    lea 24(%rsp), %rcx
1:  cmp $0x1000, %rax
    jbe 2f
    sub $0x1000, %rcx
    orq $0, (%rcx)
    sub $0x1000, %rax
    jmp 1b
2:  sub %rax, %rcx
    orq $0, (%rcx)
    pop %rax
    pop %rcx
    ret
#elif defined(__aarch64__)
// In: x15, the size in units of 16 bytes. Keeps all registers but x16 and x17.
    .globl __chkstk
__chkstk:
    lsl x16, x15, #4
    mov x17, sp
1:  sub x17, x17, #4096
    subs x16, x16, #4096
    ldr xzr, [x17]
    b.gt 1b
    ret
#endif
